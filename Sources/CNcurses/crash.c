// The terminal is given back whatever happens: on a fatal signal, or when something calls exit().
// Everything that a handler needs is composed beforehand.

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int fatal[] = {SIGSEGV, SIGILL, SIGBUS,  SIGABRT, SIGFPE, SIGTRAP,
                            SIGSYS,  SIGQUIT, SIGPIPE, SIGXCPU, SIGXFSZ};
enum { FATAL = sizeof fatal / sizeof fatal[0], SEQUENCE_MAXIMUM = 512, NOTE_MAXIMUM = 1024 };

static struct sigaction before[FATAL];
static bool armed;
static struct termios shell_modes;
static bool modes_known;
static char sequence[SEQUENCE_MAXIMUM];
static size_t sequence_length;
static char note[NOTE_MAXIMUM];
static size_t note_length;
static int errors_before = -1;  // standard error as it was, while it is moved
static atomic_bool screen_up;
static pid_t owner;  // a forked child must not touch its parent's terminal

void cnc_remember_modes(void) { modes_known = tcgetattr(STDIN_FILENO, &shell_modes) == 0; }

void cnc_restore_modes(void) {
    if (modes_known) tcsetattr(STDIN_FILENO, TCSADRAIN, &shell_modes);
}

void cnc_crash_screen_up(bool up) { atomic_store(&screen_up, up); }

static void write_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        count -= (size_t)written;
    }
}

void cnc_write_restoring_sequence(void) {
    struct sigaction ignored = {0}, ours;
    ignored.sa_handler = SIG_IGN;
    sigemptyset(&ignored.sa_mask);
    sigaction(SIGTTOU, &ignored, &ours);
    write_all(STDOUT_FILENO, sequence, sequence_length);
    sigaction(SIGTTOU, &ours, NULL);
}

// Gives the terminal back with calls that are safe in a signal handler.
static void restore_now(bool tell) {
    if (getpid() != owner || !atomic_exchange(&screen_up, false)) return;
    signal(SIGTTOU, SIG_IGN);  // in the background, to be stopped here would be to hang
    write_all(STDOUT_FILENO, sequence, sequence_length);
    // What was typed ahead was meant for the program, not for the shell.
    if (modes_known && !cnc_in_background()) tcsetattr(STDIN_FILENO, TCSAFLUSH, &shell_modes);
    if (errors_before >= 0) {
        dup2(errors_before, STDERR_FILENO);
        if (tell) write_all(STDERR_FILENO, note, note_length);
    }
}

// Whether returning from the handler runs into the same fault again.
static bool faults(int number) {
    return number == SIGSEGV || number == SIGILL || number == SIGBUS || number == SIGFPE;
}

static void on_fatal(int number, siginfo_t *information, void *context) {
    int saved = errno;
    restore_now(true);
    struct sigaction next = {0};
    next.sa_handler = SIG_DFL;
    for (int i = 0; i < FATAL; i++) {
        if (fatal[i] == number) next = before[i];
    }
    bool plain = !(next.sa_flags & SA_SIGINFO);
    if (plain && (next.sa_handler == SIG_DFL || next.sa_handler == SIG_IGN)) {
        sigaction(number, &next, NULL);
        raise(number);  // blocked until this handler returns
    } else {
        errno = saved;
        if (plain) {
            next.sa_handler(number);
        } else {
            next.sa_sigaction(number, information, context);
        }
        // A fault comes again where it was; everything else has to be sent again.
        if (!faults(number) || information->si_code <= 0) {
            signal(number, SIG_DFL);
            raise(number);
        }
    }
    errno = saved;
}

bool cnc_has_second_screen(void) {
    const char *leave = tigetstr("rmcup");
    return leave != NULL && leave != (const char *)-1 && *leave != '\0';
}

static void at_exit(void) { restore_now(false); }

// Appends a capability without its padding ("$<5>").
static void append(const char *text) {
    if (text == NULL || text == (const char *)-1) return;
    while (*text != '\0' && sequence_length < SEQUENCE_MAXIMUM) {
        if (text[0] == '$' && text[1] == '<') {
            const char *end = strchr(text, '>');
            if (end == NULL) return;
            text = end + 1;
        } else {
            sequence[sequence_length++] = *text++;
        }
    }
}

// Terminals that have a mouse protocol know bracketed paste, or ignore it.
static const char *paste_brackets(bool on) {
    if (key_mouse == NULL) return NULL;
    return on ? "\033[?2004h" : "\033[?2004l";
}

void cnc_paste_brackets(bool on) {
    const char *text = paste_brackets(on);
    if (text == NULL) return;
    fflush(stdout);
    write_all(STDOUT_FILENO, text, strlen(text));
}

static void compose(bool mouse) {
    sequence_length = 0;
    append(tigetstr("sgr0"));
    append(tigetstr("op"));
    append(tigetstr("rmkx"));
    append(tigetstr("cnorm"));
    if (mouse) {
        const char *switching = tigetstr("XM");
        bool own = switching != NULL && switching != (const char *)-1;
        if (own) {
            append(tparm(switching, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
        } else if (key_mouse != NULL) {
            append("\033[?1000l");
        }
    }
    append(paste_brackets(false));
    const char *position = tigetstr("cup");
    if (position != NULL && position != (const char *)-1) {
        append(tparm(position, 998L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
    }
    append(tigetstr("rmcup"));
    if (!cnc_has_second_screen()) append("\r\n");
}

void cnc_crash_arm(bool mouse) {
    static bool at_exit_known;
    if (!at_exit_known) at_exit_known = atexit(at_exit) == 0;
    compose(mouse);
    owner = getpid();
    cnc_crash_screen_up(true);
    if (armed) return;
    armed = true;
    cnc_alternate_stack();
    struct sigaction action = {0};
    action.sa_sigaction = on_fatal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FATAL; i++) {
        sigaction(fatal[i], NULL, &before[i]);
        bool ignored = !(before[i].sa_flags & SA_SIGINFO) && before[i].sa_handler == SIG_IGN;
        if (!ignored) sigaction(fatal[i], &action, NULL);
    }
}

void cnc_crash_disarm(void) {
    if (!armed) return;
    armed = false;
    for (int i = 0; i < FATAL; i++) {
        struct sigaction now;
        // Someone who came later keeps what they installed.
        if (sigaction(fatal[i], NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
            now.sa_sigaction == on_fatal) {
            sigaction(fatal[i], &before[i], NULL);
        }
    }
}

void cnc_alternate_stack(void) {
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || !(stack.ss_flags & SS_DISABLE)) return;
    size_t size = 64 * 1024;
    stack.ss_sp = malloc(size);  // in use for as long as the thread lives
    stack.ss_size = size;
    stack.ss_flags = 0;
    if (stack.ss_sp != NULL && sigaltstack(&stack, NULL) != 0) free(stack.ss_sp);
}

bool cnc_errors_to(const char *path) {
    if (errors_before >= 0 || !isatty(STDERR_FILENO)) return true;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return false;
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved < 0 || dup2(file, STDERR_FILENO) < 0) {
        int reason = errno;
        if (saved >= 0) close(saved);
        close(file);
        errno = reason;
        return false;
    }
    close(file);
    int length = snprintf(note, sizeof note,
                          "The program was ended by a fatal signal. What it wrote before is in %s\n",
                          path);
    note_length = length < 0 ? 0 : length < NOTE_MAXIMUM ? (size_t)length : NOTE_MAXIMUM - 1;
    errors_before = saved;
    return true;
}

void cnc_errors_back(void) {
    if (errors_before < 0) return;
    fflush(stderr);
    int saved = errors_before;
    errors_before = -1;
    dup2(saved, STDERR_FILENO);
    close(saved);
}
