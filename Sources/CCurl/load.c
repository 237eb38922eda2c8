// libcurl is loaded when it is first needed, and not with the program: with the thirty libraries that it brings along it
// took 7 of the 17 ms of `weir --version` and 6 MiB, and whoever writes to files only needs none of them.

#include "CCurl.h"
#include "libcurl.h"

#include <dlfcn.h>
#include <stddef.h>

struct libcurl libcurl;

const char *weir_curl_load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!library) return dlerror();
  struct libcurl found;
#define FIND(name) \
  if (!(found.name = (__typeof__(found.name))dlsym(library, #name))) return dlerror();
  FOR_EACH_FUNCTION(FIND)
#undef FIND
  libcurl = found;
  return NULL;
}

// What Swift calls by libcurl's own names. Hidden, so that libcurl's calls of itself do not come here.
#define FORWARD(result, name, parameters, arguments) \
  __attribute__((visibility("hidden"))) result name parameters { return libcurl.name arguments; }

FORWARD(CURLcode, curl_global_init, (long flags), (flags))
FORWARD(void, curl_free, (void *memory), (memory))

FORWARD(CURL *, curl_easy_init, (void), ())
FORWARD(CURLcode, curl_easy_send, (CURL *handle, const void *bytes, size_t count, size_t *sent), (handle, bytes, count, sent))
FORWARD(CURLcode, curl_easy_recv, (CURL *handle, void *bytes, size_t count, size_t *got), (handle, bytes, count, got))
FORWARD(void, curl_easy_reset, (CURL *handle), (handle))
FORWARD(void, curl_easy_cleanup, (CURL *handle), (handle))
FORWARD(const char *, curl_easy_strerror, (CURLcode code), (code))

FORWARD(CURLM *, curl_multi_init, (void), ())
FORWARD(CURLMcode, curl_multi_add_handle, (CURLM *multi, CURL *handle), (multi, handle))
FORWARD(CURLMcode, curl_multi_remove_handle, (CURLM *multi, CURL *handle), (multi, handle))
FORWARD(CURLMcode, curl_multi_perform, (CURLM *multi, int *running), (multi, running))
FORWARD(CURLMcode, curl_multi_poll, (CURLM *multi, struct curl_waitfd *more, unsigned count, int timeout, int *ready),
        (multi, more, count, timeout, ready))
FORWARD(CURLMcode, curl_multi_wakeup, (CURLM *multi), (multi))
FORWARD(CURLMsg *, curl_multi_info_read, (CURLM *multi, int *left), (multi, left))
FORWARD(CURLMcode, curl_multi_cleanup, (CURLM *multi), (multi))

FORWARD(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *text), (list, text))
FORWARD(void, curl_slist_free_all, (struct curl_slist *list), (list))

FORWARD(CURLU *, curl_url, (void), ())
FORWARD(CURLUcode, curl_url_set, (CURLU *url, CURLUPart part, const char *text, unsigned flags), (url, part, text, flags))
FORWARD(const char *, curl_url_strerror, (CURLUcode code), (code))
FORWARD(void, curl_url_cleanup, (CURLU *url), (url))
