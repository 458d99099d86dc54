/* calls: a caller and a gateway in one thread, with recvmmsg and sendmmsg, for loads and times beyond SIPp's.
 *
 *   calls TARGET_PORT CALLER_PORT GATEWAY_PORT NUMBERS_FILE rate|window AMOUNT SECONDS
 *
 * rate: AMOUNT calls are begun each second, evenly, whatever comes back; window: AMOUNT calls are kept running. NUMBERS_FILE has lines
 * "dialed;caller;". A call is INVITE, 180, 200, ACK, BYE, 200; nothing is sent again, so what is lost shows as a call that failed. All on
 * 127.0.0.1. Prints one line "second N done M" for each second, and one of totals; times are microseconds from the INVITE to its 200. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, QUEUE = 256, LONGEST = 4096, MOST_NUMBERS = 200000, SPARE_NANOS = 2000000000 };
enum state { UNUSED, INVITED, ANSWERED, DONE, REFUSED };
typedef unsigned long long nanos;

struct text { const char *at; int length; };

struct message {
    int status; /* 0: a request */
    char method; /* of the request, or of the response's CSeq */
    struct text from, to, call_id, cseq, contact, via[4], record_route[4];
    int vias, record_routes;
};

struct port {
    int fd;
    struct mmsghdr in[BATCH], out[QUEUE];
    struct iovec in_at[BATCH], out_at[QUEUE];
    char in_bytes[BATCH][LONGEST], out_bytes[QUEUE][LONGEST];
    struct sockaddr_in to;
    int queued;
};

struct call { nanos began; enum state state; };

static struct port caller, gateway;
static struct call *calls;
static unsigned *answer_times;
static char (*dialed)[24], (*calling)[24];
static unsigned begun, done, refused, answered, stray, most_calls, numbers;
static int run, target_port, caller_port, gateway_port;

static const char SDP[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

static nanos now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static void open_port(struct port *port, int number, int to) {
    port->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int bytes = 8 << 20;
    if (setsockopt(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(port->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(port->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(port->fd, (struct sockaddr *) &own, sizeof own) != 0) fail("bind");
    port->to = own;
    port->to.sin_port = htons(to);
    for (int i = 0; i < BATCH; i++) {
        port->in_at[i] = (struct iovec) {port->in_bytes[i], LONGEST - 1};
        port->in[i].msg_hdr = (struct msghdr) {.msg_iov = &port->in_at[i], .msg_iovlen = 1};
    }
    for (int i = 0; i < QUEUE; i++) {
        port->out_at[i].iov_base = port->out_bytes[i];
        port->out[i].msg_hdr =
            (struct msghdr) {.msg_name = &port->to, .msg_namelen = sizeof port->to, .msg_iov = &port->out_at[i], .msg_iovlen = 1};
    }
}

static void flush(struct port *port) {
    for (int sent = 0; sent < port->queued;) {
        int n = sendmmsg(port->fd, port->out + sent, port->queued - sent, 0);
        if (n > 0) {
            sent += n;
        } else if (errno == EAGAIN) {
            struct pollfd wait = {port->fd, POLLOUT, 0};
            poll(&wait, 1, 10);
        } else if (errno == ECONNREFUSED) {
            sent++; /* an earlier datagram found nobody there */
        } else {
            fail("sendmmsg");
        }
    }
    port->queued = 0;
}

static char *begin_message(struct port *port) {
    if (port->queued == QUEUE) flush(port);
    return port->out_bytes[port->queued];
}

static void end_message(struct port *port, const char *end) {
    port->out_at[port->queued].iov_len = end - port->out_bytes[port->queued];
    port->queued++;
}

static char *put(char *to, struct text text) {
    memcpy(to, text.at, text.length);
    to[text.length] = '\r';
    to[text.length + 1] = '\n';
    return to + text.length + 2;
}

static char *put_all(char *to, const struct text *lines, int count) {
    for (int i = 0; i < count; i++) to = put(to, lines[i]);
    return to;
}

/* Notes the header lines that we answer or go on by. */
static int read_message(char *bytes, int length, struct message *read) {
    memset(read, 0, sizeof *read);
    bytes[length] = 0;
    char *line = bytes, *end = bytes + length;
    if (length > 12 && memcmp(bytes, "SIP/2.0 ", 8) == 0) read->status = atoi(bytes + 8);
    read->method = bytes[0];
    while ((line = memchr(line, '\n', end - line)) != NULL && ++line < end && *line != '\r') {
        char *stop = memchr(line, '\r', end - line);
        if (stop == NULL) return 0;
        struct text text = {line, stop - line};
        switch (*line) {
            case 'V': if (read->vias < 4 && line[3] == ':') read->via[read->vias++] = text; break;
            case 'R': if (read->record_routes < 4 && memcmp(line, "Record-Route:", 13) == 0) read->record_route[read->record_routes++] = text; break;
            case 'F': if (line[4] == ':') read->from = text; break;
            case 'T': if (line[2] == ':') read->to = text; break;
            case 'C':
                if (memcmp(line, "Call-ID:", 8) == 0) read->call_id = text;
                else if (memcmp(line, "CSeq:", 5) == 0) read->cseq = text;
                else if (memcmp(line, "Contact:", 8) == 0) read->contact = text;
                break;
        }
    }
    if (read->call_id.at == NULL || read->cseq.at == NULL || read->from.at == NULL || read->to.at == NULL || read->vias == 0) return 0;
    if (read->status != 0) read->method = strchr(read->cseq.at + 6, ' ')[1];
    return 1;
}

static void invite(unsigned i) {
    char *start = begin_message(&caller), *to = start;
    const char *number = dialed[i % numbers], *from = calling[i % numbers];
    to += sprintf(to, "INVITE sip:%s@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x-%u-i\r\nMax-Forwards: 70\r\n"
        "From: <sip:%s@127.0.0.1:%d>;tag=c%x-%u\r\nTo: <sip:%s@127.0.0.1:%d>\r\nCall-ID: %u-%x@127.0.0.1\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:%s@127.0.0.1:%d>\r\nUser-Agent: carrier-sbc\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
        "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
        number, target_port, caller_port, run, i, from, caller_port, run, i, number, target_port, i, run, from, caller_port,
        (int) sizeof SDP - 1, SDP);
    end_message(&caller, to);
    calls[i] = (struct call) {now(), INVITED};
}

/* ACK and BYE of an answered call, or the ACK of a refused one. */
static void request(const char *method, unsigned i, const struct message *response, struct text uri, int cseq, char branch) {
    char *start = begin_message(&caller), *to = start;
    to += sprintf(to, "%s %.*s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x-%u-%c\r\nMax-Forwards: 70\r\n",
        method, uri.length, uri.at, caller_port, run, i, branch);
    if (response->status < 300)
        for (int r = response->record_routes - 1; r >= 0; r--)
            to += sprintf(to, "Route:%.*s\r\n", response->record_route[r].length - 13, response->record_route[r].at + 13);
    to = put(to, response->from);
    to = put(to, response->to);
    to = put(to, response->call_id);
    to += sprintf(to, "CSeq: %d %s\r\nContent-Length: 0\r\n\r\n", cseq, method);
    end_message(&caller, to);
}

static void heard_by_caller(char *bytes, int length) {
    struct message response;
    unsigned i;
    if (!read_message(bytes, length, &response) || response.status == 0 || (i = strtoul(response.call_id.at + 9, NULL, 10)) >= begun) {
        stray++;
        return;
    }
    struct call *call = &calls[i];
    if (response.status < 200) return;
    if (response.method == 'B') {
        if (call->state == ANSWERED) {
            call->state = DONE;
            done++;
        }
        return;
    }
    if (response.status >= 300) {
        char uri[64];
        struct text same = {uri, sprintf(uri, "sip:%s@127.0.0.1:%d", dialed[i % numbers], target_port)};
        request("ACK", i, &response, same, 1, 'i');
        if (call->state == INVITED) {
            call->state = REFUSED;
            refused++;
        }
        return;
    }
    if (call->state != INVITED || response.contact.at == NULL) {
        stray++;
        return;
    }
    call->state = ANSWERED;
    answer_times[answered++] = (now() - call->began) / 1000;
    const char *open = memchr(response.contact.at, '<', response.contact.length);
    if (open == NULL) return;
    struct text uri = {open + 1, strchr(open, '>') - open - 1};
    request("ACK", i, &response, uri, 1, 'a');
    request("BYE", i, &response, uri, 2, 'b');
}

static char *answer(const struct message *request, const char *status, const char *tag) {
    char *to = begin_message(&gateway);
    to += sprintf(to, "SIP/2.0 %s\r\n", status);
    to = put_all(to, request->via, request->vias);
    to = put_all(to, request->record_route, request->record_routes);
    to = put(to, request->from);
    to = put(to, request->to);
    to += sprintf(to - 2, "%s\r\n", tag) - 2;
    to = put(to, request->call_id);
    return put(to, request->cseq);
}

static void heard_by_gateway(char *bytes, int length) {
    struct message request;
    if (!read_message(bytes, length, &request) || request.status != 0) {
        stray++;
        return;
    }
    if (request.method == 'I') {
        char tag[32];
        sprintf(tag, ";tag=g%x", run);
        char *to = answer(&request, "180 Ringing", tag);
        to += sprintf(to, "Contact: <sip:gw@127.0.0.1:%d>\r\nContent-Length: 0\r\n\r\n", gateway_port);
        end_message(&gateway, to);
        to = answer(&request, "200 OK", tag);
        to += sprintf(to, "Contact: <sip:gw@127.0.0.1:%d>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Type: application/sdp\r\n"
            "Content-Length: %d\r\n\r\n%s", gateway_port, (int) sizeof SDP - 1, SDP);
        end_message(&gateway, to);
    } else if (request.method == 'B') {
        char *to = answer(&request, "200 OK", "");
        to += sprintf(to, "Content-Length: 0\r\n\r\n");
        end_message(&gateway, to);
    }
}

static int receive(struct port *port, void (*heard)(char *, int)) {
    int all = 0, n;
    do {
        n = recvmmsg(port->fd, port->in, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) heard(port->in_bytes[i], port->in[i].msg_len);
        if (n > 0) all += n;
    } while (n == BATCH);
    return all;
}

static void read_numbers(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) fail(path);
    char line[128];
    while (numbers < MOST_NUMBERS && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%23[0-9+];%23[0-9+]", dialed[numbers], calling[numbers]) == 2) numbers++;
    fclose(file);
    if (numbers == 0) {
        fprintf(stderr, "%s has no line dialed;caller;\n", path);
        exit(2);
    }
}

static int by_size(const void *a, const void *b) {
    unsigned x = *(const unsigned *) a, y = *(const unsigned *) b;
    return x < y ? -1 : x > y;
}

static unsigned share(double of) {
    return answered == 0 ? 0 : answer_times[(unsigned) (of * (answered - 1))];
}

int main(int count, char **words) {
    if (count != 8) {
        fprintf(stderr, "calls TARGET_PORT CALLER_PORT GATEWAY_PORT NUMBERS_FILE rate|window AMOUNT SECONDS\n");
        return 2;
    }
    target_port = atoi(words[1]);
    caller_port = atoi(words[2]);
    gateway_port = atoi(words[3]);
    int paced = strcmp(words[5], "rate") == 0;
    double amount = atof(words[6]), seconds = atof(words[7]);
    most_calls = (unsigned) ((paced ? amount : 60000) * seconds) + 1000;
    calls = calloc(most_calls, sizeof *calls);
    answer_times = calloc(most_calls, sizeof *answer_times);
    dialed = calloc(MOST_NUMBERS, sizeof *dialed);
    calling = calloc(MOST_NUMBERS, sizeof *calling);
    read_numbers(words[4]);
    run = getpid() ^ (int) time(NULL) << 8;
    open_port(&caller, caller_port, target_port);
    open_port(&gateway, gateway_port, target_port == gateway_port ? caller_port : target_port);

    nanos start = now(), end = start + (nanos) (seconds * 1e9), next_second = start + 1000000000ULL, heard_at = start;
    unsigned second = 0, done_before = 0;
    for (;;) {
        nanos t = now();
        if (t < end && begun < most_calls) {
            long due = paced ? (long) ((t - start) / 1e9 * amount) - begun : (long) amount - (begun - done - refused);
            if (!paced && t - heard_at > 500000000ULL) {
                due = amount; /* all that ran was lost */
                heard_at = t;
            }
            if (due > BATCH) due = BATCH;
            for (; due > 0 && begun < most_calls; due--) invite(begun++);
        } else if (done + refused == begun || t > end + SPARE_NANOS) {
            break;
        }
        flush(&caller);
        int heard = receive(&gateway, heard_by_gateway);
        flush(&gateway);
        heard += receive(&caller, heard_by_caller);
        flush(&caller);
        if (heard > 0) heard_at = t;
        if (t >= next_second && t < end + 1000000) {
            printf("second %u done %u\n", ++second, done - done_before);
            fflush(stdout);
            done_before = done;
            next_second += 1000000000ULL;
        }
        if (heard == 0) {
            nanos next = paced ? start + (nanos) ((begun + 1) * 1e9 / amount) : t + 1000000, after = now();
            struct timespec wait = {0, next > after ? (next - after < 1000000 ? next - after : 1000000) : 0};
            struct pollfd ports[] = {{caller.fd, POLLIN, 0}, {gateway.fd, POLLIN, 0}};
            ppoll(ports, 2, &wait, NULL);
        }
    }
    qsort(answer_times, answered, sizeof *answer_times, by_size);
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("total begun %u done %u refused %u stray %u p50 %u p95 %u p99 %u longest %u generator_us %.1f\n", begun, done, refused, stray,
        share(.5), share(.95), share(.99), share(1), (cpu.tv_sec * 1e6 + cpu.tv_nsec / 1e3) / (done ? done : 1));
    return 0;
}
