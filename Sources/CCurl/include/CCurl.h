// The seam to libcurl, which is loaded when it is first needed. Its functions for options are variadic, which Swift cannot
// call: here they are, one for each type of argument. Everything else is called by its own name.

#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>

/// Loads libcurl; to be called once, before anything else here. Returns NULL, or why it cannot be loaded.
const char *weir_curl_load(void);

/// Receives `size * count` bytes; anything but that number as a result aborts the transfer.
typedef size_t (*weir_curl_receive)(char *bytes, size_t size, size_t count, void *context);

CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode weir_curl_set_size(CURL *handle, CURLoption option, curl_off_t value);
/// libcurl copies the text, save for `CURLOPT_COPYPOSTFIELDS`, which copies as many bytes as were announced.
CURLcode weir_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode weir_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode weir_curl_set_receiver(CURL *handle, CURLoption option, weir_curl_receive value);

/// 0 where libcurl does not know.
long weir_curl_long(CURL *handle, CURLINFO info);
/// Nil where libcurl does not know. The handle keeps the pointer's memory.
void *weir_curl_pointer(CURL *handle, CURLINFO info);
curl_off_t weir_curl_size(CURL *handle, CURLINFO info);
CURLMcode weir_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);
/// -1 where there is no open socket.
curl_socket_t weir_curl_socket(CURL *handle);

/// `curl_url_get`, whose first parameter is not the same in all versions.
CURLUcode weir_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags);

#endif
