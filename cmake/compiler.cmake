# Flags every target is built with.
add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")

find_program(WALRUS_MOLD mold)
if(WALRUS_MOLD)
  add_link_options(-fuse-ld=mold)
else()
  add_link_options(-fuse-ld=lld-19)
endif()

if(WALRUS_SANITIZE)
  add_compile_options(-fsanitize=${WALRUS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WALRUS_SANITIZE})
endif()

# Asio and Beast are compiled once, in server/base/asio.cc and server/http/beast.cc.
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  WALRUS_VERSION="${PROJECT_VERSION}")
