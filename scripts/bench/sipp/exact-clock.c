/* Preloaded into SIPp, whose coarse clock has steps of 4 ms: calls are begun evenly instead of in bursts of rate × 4 ms. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*next)(clockid_t, struct timespec *);
    if (next == NULL) next = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    return next(clock == CLOCK_MONOTONIC_COARSE ? CLOCK_MONOTONIC : clock == CLOCK_REALTIME_COARSE ? CLOCK_REALTIME : clock, time);
}
