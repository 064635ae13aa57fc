// Planted for ./dev lint: not as clang-format has it.
int  planted( ) {return 1 ;}
