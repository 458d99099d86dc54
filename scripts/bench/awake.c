/* Keeps a processor from sleeping. Divisions that wait for each other leave most of a core to whom it may share it with; a pause would leave it to
   the hypervisor. */
int main(void) {
    unsigned long quotient = 3;
    for (;;) {
        quotient = 0xfffffffffffffffUL / (quotient | 1);
        __asm__ volatile("" : "+r"(quotient));
    }
}
