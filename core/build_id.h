// The build id: what must be equal in a plugin and in the core for C++ interfaces to be safe between them.
// Composed by the preprocessor, so it describes the translation unit that was really compiled. GRAMSTACK_API_HASH, the
// digest of core/abi.h and core/api/*.h, comes from cmake/BuildId.cmake.
#pragma once

#include <version>

#define GRAMSTACK_TEXT_(x) #x
#define GRAMSTACK_TEXT(x) GRAMSTACK_TEXT_(x)

#if defined(__clang__)
#define GRAMSTACK_COMPILER "clang-" GRAMSTACK_TEXT(__clang_major__)
#else
#define GRAMSTACK_COMPILER "gcc-" GRAMSTACK_TEXT(__GNUC__)
#endif

#if defined(__SANITIZE_ADDRESS__)
#define GRAMSTACK_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define GRAMSTACK_SANITIZER "thread"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRAMSTACK_SANITIZER "address"
#elif __has_feature(thread_sanitizer)
#define GRAMSTACK_SANITIZER "thread"
#endif
#endif
#ifndef GRAMSTACK_SANITIZER
#define GRAMSTACK_SANITIZER "none"
#endif

#define GRAMSTACK_BUILD_ID                                                          \
  "api=" GRAMSTACK_API_HASH " compiler=" GRAMSTACK_COMPILER " c++=" GRAMSTACK_TEXT( \
      __cplusplus) " cxx11abi=" GRAMSTACK_TEXT(_GLIBCXX_USE_CXX11_ABI) " sanitizer=" GRAMSTACK_SANITIZER
