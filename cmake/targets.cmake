# walrus_library(NAME SOURCES ... DEPENDS ...): the one target of a folder, named after it. Folders
# include each other as "folder/file.h" from server/.
function(walrus_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/server)
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# walrus_test(NAME SOURCES ... DEPENDS ...): a GoogleTest program, one CTest entry.
function(walrus_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/server)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "OPENBLAS_NUM_THREADS=1;WALRUS_SOURCE_DIR=${CMAKE_SOURCE_DIR};WALRUS_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()

# walrus_embed(TARGET SYMBOL FILE...): links the files' concatenated bytes into TARGET as
# `extern "C" const unsigned char SYMBOL[], SYMBOL_end[]`, 64-byte aligned and read-only.
function(walrus_embed target symbol)
  set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  set(text "  .section .rodata\n  .balign 64\n  .global ${symbol}\n${symbol}:\n")
  foreach(file ${ARGN})
    string(APPEND text "  .incbin \"${file}\"\n")
  endforeach()
  string(APPEND text "  .global ${symbol}_end\n${symbol}_end:\n  .byte 0\n  .section .note.GNU-stack,\"\",@progbits\n")
  file(GENERATE OUTPUT ${assembly} CONTENT "${text}")
  target_sources(${target} PRIVATE ${assembly})
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${ARGN}")
endfunction()

# walrus_server_program(TARGET): allocates with mimalloc, which takes malloc's and new's place
# (docs/decisions/0010). Not under a sanitizer, which brings its own.
function(walrus_server_program target)
  if(WALRUS_SANITIZE)
    return()
  endif()
  # Nothing names a symbol of it, so the linker would leave it out.
  target_link_libraries(${target} PRIVATE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
endfunction()
