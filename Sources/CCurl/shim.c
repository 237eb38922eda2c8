#include "CCurl.h"
#include "libcurl.h"

CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

CURLcode weir_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

CURLcode weir_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

CURLcode weir_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

CURLcode weir_curl_set_receiver(CURL *handle, CURLoption option, weir_curl_receive value) {
  return libcurl.curl_easy_setopt(handle, option, value);
}

long weir_curl_long(CURL *handle, CURLINFO info) {
  long value = 0;
  return libcurl.curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

void *weir_curl_pointer(CURL *handle, CURLINFO info) {
  void *value = NULL;
  return libcurl.curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : NULL;
}

curl_off_t weir_curl_size(CURL *handle, CURLINFO info) {
  curl_off_t value = 0;
  return libcurl.curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

curl_socket_t weir_curl_socket(CURL *handle) {
  curl_socket_t value = CURL_SOCKET_BAD;
  return libcurl.curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &value) == CURLE_OK ? value : CURL_SOCKET_BAD;
}

CURLMcode weir_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return libcurl.curl_multi_setopt(multi, option, value);
}

CURLUcode weir_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
  return libcurl.curl_url_get(url, part, text, flags);
}
