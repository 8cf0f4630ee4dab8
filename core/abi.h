/* What a plugin library and the core must agree on, byte for byte.
 *
 * A plugin exports ONE constant, `gramstack_plugin_v1`. The host reads it as data and compares `stamp`; until that
 * matches it calls nothing in the library: no function pointer, no virtual, no std:: type. This header is C11 and
 * C++20, and holds plain data only. Authors do not use it directly: include api/author.h. */
#ifndef GRAMSTACK_ABI_H
#define GRAMSTACK_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRAMSTACK_ABI 1u /* raise both together when this file changes layout or meaning */
#define GRAMSTACK_PLUGIN_SYMBOL gramstack_plugin_v1
#define GRAMSTACK_MAGIC "GRAMSTK" /* seven letters and the terminating zero */

/* Frozen: every future descriptor starts with these 144 bytes. */
typedef struct gramstack_stamp {
  char magic[8];   /* GRAMSTACK_MAGIC */
  uint32_t abi;    /* GRAMSTACK_ABI as compiled into the plugin */
  uint32_t size;   /* sizeof(gramstack_plugin) as compiled into the plugin */
  char build[128]; /* GRAMSTACK_BUILD_ID, "key=value key=value ...", zero-padded */
} gramstack_stamp;

typedef enum gramstack_type {
  GRAMSTACK_BOOL,
  GRAMSTACK_INT,
  GRAMSTACK_REAL,
  GRAMSTACK_TEXT,
  GRAMSTACK_PATH,
  GRAMSTACK_CHOICE,
  GRAMSTACK_INTS,
  GRAMSTACK_REALS
} gramstack_type;

/* One row is a YAML key, its check, its default, its line of help and its schema. All text is static. */
typedef struct gramstack_param {
  const char* name;
  const char* doc;      /* one sentence, lower case, no full stop */
  const char* unit;     /* "pixels", "epochs"; "" when there is none */
  const char* fallback; /* default as YAML text; NULL: required. "" for text and lists: empty */
  const char* choices;  /* GRAMSTACK_CHOICE: "mean|sum|none"; otherwise NULL */
  double min, max;      /* inclusive; +-INFINITY when open. For lists: of every element */
  gramstack_type type;
} gramstack_param;

/* A checked value; what it points to is valid during create() only. */
typedef struct gramstack_value {
  size_t n; /* elements of a list, bytes of a text, 1 for scalars */
  union {
    int64_t integer; /* BOOL: 0 or 1; INT; CHOICE: index into choices */
    double real;
    const char* text; /* TEXT and PATH, zero-terminated */
    const int64_t* ints;
    const double* reals;
  } as;
} gramstack_value;

/* The caller's buffer: nothing is allocated on one side and freed on the other. */
typedef struct gramstack_error {
  int32_t param; /* index of the parameter at fault, or -1; the core turns it into file:line:column */
  int32_t code;  /* exit code that fits: 3 configuration (default), 5 data, 8 device unavailable, ... */
  char text[2040];
} gramstack_error;

typedef enum gramstack_kind {
  GRAMSTACK_BACKBONE,
  GRAMSTACK_KERNEL,
  GRAMSTACK_LOSS,
  GRAMSTACK_OPTIMIZER,
  GRAMSTACK_DATASET,
  GRAMSTACK_DEVICE,
  GRAMSTACK_KIND_COUNT
} gramstack_kind;

/* Services of the core, valid during create(). [any-thread] */
typedef struct gramstack_host {
  size_t size;                     /* sizeof(gramstack_host) of the core */
  const char* const* data_folders; /* searched in order for a data set's folder; absolute */
  size_t n_data_folders;
} gramstack_host;

typedef struct gramstack_class {
  gramstack_kind kind;
  const char* name;    /* unique within its kind: what YAML writes after `type:` */
  const char* summary; /* one line */
  const gramstack_param* params;
  size_t n_params;
  /* Makes one object. values[i] belongs to params[i]. Returns 0 and sets *self to the C++ interface of `kind`
   * (gramstack::Loss* for GRAMSTACK_LOSS). Otherwise fills *error and leaves *self alone. Never throws. [any-thread] */
  int (*create)(const gramstack_host* host, const gramstack_value* values, void** self, gramstack_error* error);
  /* Ends what create() made; the core keeps the library loaded until this has returned. Never throws. */
  void (*destroy)(void* self);
} gramstack_class;

enum { GRAMSTACK_KEEP_LOADED = 1u }; /* owns threads or a device runtime: never unload */

typedef struct gramstack_plugin {
  gramstack_stamp stamp;
  const char* name;    /* of the plugin itself */
  const char* version; /* "0.1.0" */
  const gramstack_class* classes;
  size_t n_classes;
  uint32_t flags;
} gramstack_plugin;

#ifdef __cplusplus
}
#endif
#endif
