# GRAMSTACK_API_HASH: the digest of the headers that plugins are compiled against. Editing one re-configures, so that
# the core and the plugins of one build tree always agree.
file(GLOB api_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/abi.h ${CMAKE_SOURCE_DIR}/core/build_id.h
  ${CMAKE_SOURCE_DIR}/core/api/*.h)
list(SORT api_headers)
set(digests "")
foreach(header IN LISTS api_headers)
  file(SHA256 ${header} digest)
  string(APPEND digests ${digest})
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${api_headers})
string(SHA256 GRAMSTACK_API_HASH "${digests}")
string(SUBSTRING ${GRAMSTACK_API_HASH} 0 12 GRAMSTACK_API_HASH)
