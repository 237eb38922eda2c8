// libcurl's functions, as they were found in the library.

#ifndef LIBCURL_H
#define LIBCURL_H

#include <curl/curl.h>

// Macros of the same names would stand in the way.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define FOR_EACH_FUNCTION(F) \
  F(curl_global_init) F(curl_free) \
  F(curl_easy_init) F(curl_easy_setopt) F(curl_easy_getinfo) F(curl_easy_send) F(curl_easy_recv) F(curl_easy_reset) \
  F(curl_easy_cleanup) F(curl_easy_strerror) \
  F(curl_multi_init) F(curl_multi_setopt) F(curl_multi_add_handle) F(curl_multi_remove_handle) F(curl_multi_perform) \
  F(curl_multi_poll) F(curl_multi_wakeup) F(curl_multi_info_read) F(curl_multi_cleanup) \
  F(curl_slist_append) F(curl_slist_free_all) \
  F(curl_url) F(curl_url_set) F(curl_url_get) F(curl_url_strerror) F(curl_url_cleanup)

struct libcurl {
#define MEMBER(name) __typeof__(name) *name;
  FOR_EACH_FUNCTION(MEMBER)
#undef MEMBER
};

// Empty until `weir_curl_load` has succeeded.
extern struct libcurl libcurl __attribute__((visibility("hidden")));

#endif
