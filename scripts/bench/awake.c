/* Keeps a processor from sleeping. Divisions that wait for each other leave most of a core to whom it may share it with; a pause would leave it to
   the hypervisor. Ends with the comparison, however that ends. */
#include <signal.h>
#include <sys/prctl.h>

int main(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsigned long quotient = 3;
    for (;;) {
        quotient = 0xfffffffffffffffUL / (quotient | 1);
        __asm__ volatile("" : "+r"(quotient));
    }
}
