// 64-byte round trips between two sockets of this process: prints microseconds for one.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int open_socket(struct sockaddr_in *address) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  socklen_t size = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0 || bind(fd, (struct sockaddr *)address, size) ||
      getsockname(fd, (struct sockaddr *)address, &size)) {
    perror("ping");
    exit(1);
  }
  return fd;
}

static void round_trip(int client, int server, struct sockaddr_in to) {
  char data[64] = {0}, buffer[65535];
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  sendto(client, data, sizeof data, 0, (struct sockaddr *)&to, sizeof to);
  ssize_t length = recvfrom(server, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
  sendto(server, buffer, length, 0, (struct sockaddr *)&from, size);
  recvfrom(client, buffer, sizeof buffer, 0, NULL, NULL);
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 20000;
  struct sockaddr_in here, there;
  int client = open_socket(&here), server = open_socket(&there);
  for (int i = 0; i < rounds / 4; i++) round_trip(client, server, there);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < rounds; i++) round_trip(client, server, there);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
  printf("%.3f\n", seconds * 1e6 / rounds);
  close(client);
  close(server);
  return 0;
}
