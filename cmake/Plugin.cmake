# gramstack_add_plugin(losses/alignment [LIBRARIES ...]): the plugin of that folder, as lib/gramstack/plugins/
# losses-alignment.so. Its sources are the folder's *.cpp and those of its subfolders, but for subfolders that have a
# CMakeLists.txt of their own; NAME_test.cpp files go into the component tests instead.
function(gramstack_add_plugin folder)
  cmake_parse_arguments(PLUGIN "" "" "LIBRARIES" ${ARGN})
  string(REPLACE "/" "-" target ${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  file(GLOB_RECURSE apart CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
  foreach(list_file IN LISTS apart)
    cmake_path(GET list_file PARENT_PATH subfolder)
    list(FILTER sources EXCLUDE REGEX "^${subfolder}/")
  endforeach()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  set_property(GLOBAL APPEND PROPERTY GRAMSTACK_COMPONENT_TESTS ${tests})
  set_property(GLOBAL APPEND PROPERTY GRAMSTACK_PLUGINS ${target})

  add_library(${target} MODULE ${sources})
  target_link_libraries(${target} PRIVATE gramstack_core gramstack_warnings ${PLUGIN_LIBRARIES})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  set_target_properties(${target} PROPERTIES PREFIX "" INSTALL_RPATH "$ORIGIN/../.."
    LIBRARY_OUTPUT_DIRECTORY ${GRAMSTACK_PLUGIN_DIRECTORY} CXX_VISIBILITY_PRESET hidden
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/plugins/plugin.map)
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/plugins/plugin.map)
  if(NOT GRAMSTACK_SANITIZER)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION lib/gramstack/plugins)
endfunction()
