// Signals that a person or a supervisor sends, told through a pipe: a handler may do little more
// than write to it.

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
enum { CAUGHT = sizeof caught / sizeof caught[0] };

static struct sigaction before[CAUGHT];
static int ends[2] = {-1, -1};
static volatile sig_atomic_t continued;

static void on_signal(int number) {
    int saved = errno;
    if (number == SIGCONT) continued = 1;
    unsigned char byte = (unsigned char)number;
    // A full pipe loses nothing that matters: the same signal already waits in it.
    ssize_t written = write(ends[1], &byte, 1);
    (void)written;
    errno = saved;
}

static void install(int number) {
    struct sigaction action = {0};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void cnc_signals_reinstall(void) {
    for (int i = 0; i < CAUGHT; i++) {
        // A signal that was ignored (nohup, a shell without job control) stays ignored.
        if (before[i].sa_handler == SIG_IGN) {
            sigaction(caught[i], &before[i], NULL);
        } else {
            install(caught[i]);
        }
    }
}

bool cnc_signals_open(void) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return false;
    for (int i = 0; i < CAUGHT; i++) sigaction(caught[i], NULL, &before[i]);
    cnc_signals_reinstall();
    // A parent may have left them blocked, and blocked signals outlive exec.
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < CAUGHT; i++) sigaddset(&set, caught[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return true;
}

void cnc_signals_close(void) {
    if (ends[0] < 0) return;
    for (int i = 0; i < CAUGHT; i++) sigaction(caught[i], &before[i], NULL);
    close(ends[0]);
    close(ends[1]);
    ends[0] = ends[1] = -1;
}

int cnc_signals_descriptor(void) { return ends[0]; }

int cnc_next_signal(void) {
    unsigned char byte;
    ssize_t count;
    do {
        count = read(ends[0], &byte, 1);
    } while (count < 0 && errno == EINTR);
    return count == 1 ? byte : 0;
}

bool cnc_stop(int number) {
    struct sigaction plain = {0}, ours;
    plain.sa_handler = SIG_DFL;
    sigemptyset(&plain.sa_mask);
    continued = 0;
    sigaction(number, &plain, &ours);
    raise(number);
    sigaction(number, &ours, NULL);
    return continued != 0;
}

bool cnc_in_background(void) {
    pid_t owner = tcgetpgrp(STDIN_FILENO);
    return owner > 0 && owner != getpgrp();
}

bool cnc_on_main_thread(void) { return gettid() == getpid(); }
