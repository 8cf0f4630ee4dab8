# gramstack_warnings: linked by every target of the project. Warnings are errors with both compilers.
add_library(gramstack_warnings INTERFACE)
target_compile_options(gramstack_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
# GCC 12 sees overlapping copies in every `"text" + std::string(...)`; its own report says that there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(gramstack_warnings INTERFACE -Wno-restrict)
endif()
if(GRAMSTACK_SANITIZER)
  add_compile_options(-fsanitize=${GRAMSTACK_SANITIZER} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GRAMSTACK_SANITIZER})
  if(GRAMSTACK_SANITIZER STREQUAL "address")
    add_compile_options(-fsanitize=undefined)
    add_link_options(-fsanitize=undefined)
  endif()
endif()
