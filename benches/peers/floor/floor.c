/* floor-c THREADS FOLDER: the same as the program in Rust, with the reference parser, libyaml. */

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

static char **files;
static size_t count, room;
static atomic_size_t next, events;

static void list(const char *folder) {
  DIR *open = opendir(folder);
  struct dirent *entry;
  if (!open) exit(1);
  while ((entry = readdir(open))) {
    if (entry->d_name[0] == '.') continue;
    char *path = malloc(strlen(folder) + strlen(entry->d_name) + 2);
    sprintf(path, "%s/%s", folder, entry->d_name);
    size_t length = strlen(path);
    if (entry->d_type == DT_DIR) {
      list(path);
      free(path);
    } else if (length > 5 && !strcmp(path + length - 5, ".yaml")) {
      if (count == room) files = realloc(files, (room = room ? room * 2 : 1024) * sizeof *files);
      files[count++] = path;
    } else {
      free(path);
    }
  }
  closedir(open);
}

static void parse(const char *path) {
  FILE *file = fopen(path, "rb");
  struct stat about;
  if (!file || fstat(fileno(file), &about)) exit(1);
  unsigned char *text = malloc(about.st_size + 1);
  size_t length = fread(text, 1, about.st_size, file);
  fclose(file);
  yaml_parser_t parser;
  yaml_event_t event;
  int is_last = 0;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, text, length);
  while (!is_last) {
    if (!yaml_parser_parse(&parser, &event)) exit(1);
    is_last = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    atomic_fetch_add_explicit(&events, 1, memory_order_relaxed);
  }
  yaml_parser_delete(&parser);
  free(text);
}

static void *work(void *unused) {
  (void)unused;
  for (;;) {
    size_t from = atomic_fetch_add(&next, 32);
    if (from >= count) return NULL;
    for (size_t at = from; at < from + 32 && at < count; at++) parse(files[at]);
  }
}

int main(int words, char **word) {
  if (words != 3) return 2;
  list(word[2]);
  int threads = atoi(word[1]);
  pthread_t other[64];
  for (int at = 1; at < threads && at < 64; at++) pthread_create(&other[at], NULL, work, NULL);
  work(NULL);
  for (int at = 1; at < threads && at < 64; at++) pthread_join(other[at], NULL);
  printf("%zu events in %zu files\n", events, count);
  return 0;
}
