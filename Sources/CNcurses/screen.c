// The screen: opening and closing it, colours, cells.

#include "internal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum { PAIRS_MAXIMUM = 512, RUN_MAXIMUM = 512 };

static SCREEN *screen;
static bool open_now;
static int colours;
static bool own_colours;  // the terminal's own foreground and background can be used
static int cursor_shown = -1;

static struct {
    int16_t foreground, background;
} pairs[PAIRS_MAXIMUM];
static int pairs_used;

bool cnc_use_locale(void) {
    setlocale(LC_CTYPE, "");
    const char *codeset = nl_langinfo(CODESET);
    return codeset != NULL && strcmp(codeset, "UTF-8") == 0;
}

// Looks the terminal up before newterm does, because newterm cannot say what is wrong.
static int look_up(void) {
    const char *term = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return CNC_NOT_A_TERMINAL;
    if (term == NULL || *term == '\0') return CNC_NO_TERM;
    int found = 1;
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
        if (found < 0) return CNC_NO_DATABASE;
        // "unknown" and "dumb" are generic entries, which setupterm refuses or accepts by version.
        return strcmp(term, "dumb") == 0 ? CNC_CANNOT_POSITION : CNC_UNKNOWN_TERM;
    }
    const char *position = tigetstr("cup");
    bool can = position != NULL && position != (const char *)-1;
    del_curterm(cur_term);
    return can ? CNC_OPENED : CNC_CANNOT_POSITION;
}

static void open_colours(bool colour) {
    colours = 0;
    pairs_used = 0;
    if (!colour || !has_colors() || start_color() == ERR) return;
    own_colours = use_default_colors() == OK;
    // Direct colour counts up to 2^24, where index 214 means a dark blue; the first 8 stay.
    if (COLORS == 256 && tigetflag("RGB") <= 0) {
        colours = 256;
    } else if (COLORS >= 8) {
        colours = 8;
    }
}

// Makes the interrupt character a key like any other: in a prompt it cancels, and does not end the
// program. The characters that suspend and quit keep their signals.
static void free_interrupt_key(void) {
    struct termios modes;
    if (tcgetattr(STDIN_FILENO, &modes) != 0) return;
    modes.c_cc[VINTR] = _POSIX_VDISABLE;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0) def_prog_mode();
}

int cnc_open(bool colour, bool mouse) {
    int found = look_up();
    if (found != CNC_OPENED) return found;
    cnc_remember_modes();
    use_env(FALSE);
    use_tioctl(TRUE);
    screen = newterm(NULL, stdout, stdin);
    cnc_signals_reinstall();
    if (screen == NULL) {
        cnc_restore_modes();
        return CNC_FAILED;
    }
    open_now = true;
    cnc_crash_arm(mouse);
    set_escdelay(25);
    cursor_shown = -1;
    if (cbreak() == ERR || noecho() == ERR || nonl() == ERR || !cnc_input_open(mouse)) {
        cnc_close();
        return CNC_FAILED;
    }
    free_interrupt_key();
    cnc_paste_brackets(true);
    intrflush(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    open_colours(colour);
    return CNC_OPENED;
}

void cnc_close(void) {
    if (!open_now) return;
    open_now = false;
    cnc_leave();
    cnc_crash_disarm();
    if (cnc_pad != NULL) delwin(cnc_pad);
    cnc_pad = NULL;
    delscreen(screen);
    screen = NULL;
}

void cnc_leave(void) {
    if (isendwin()) return;
    if (cnc_in_background()) {
        // Setting modes would stop us, and they are the shell's by now.
        cnc_write_restoring_sequence();
        cnc_crash_screen_up(false);
        return;
    }
    cnc_paste_brackets(false);
    endwin();
    cnc_restore_modes();
    // Without a second screen the last frame stays; what comes next starts below it.
    if (!cnc_has_second_screen() && write(STDOUT_FILENO, "\r\n", 2) < 0) errno = 0;
    cnc_crash_screen_up(false);
}

void cnc_enter(void) {
    cnc_crash_screen_up(true);
    if (!isendwin()) endwin();  // continued after SIGSTOP: the shell has changed the modes
    reset_prog_mode();
    cnc_paste_brackets(true);
    cursor_shown = -1;
    cnc_repaint();
}

int cnc_colours(void) { return colours; }

void cnc_size(int *width, int *height) { getmaxyx(stdscr, *height, *width); }

void cnc_resize(int *width, int *height) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        resizeterm(size.ws_row, size.ws_col);
    }
    cnc_repaint();
    cnc_size(width, height);
}

// The pair of two colours, made when it is first used; pair 0 when there are no more.
static int pair_of(int16_t foreground, int16_t background) {
    if (colours == 0 || (foreground < 0 && background < 0)) return 0;
    if (!own_colours && foreground < 0) foreground = COLOR_WHITE;
    if (!own_colours && background < 0) background = COLOR_BLACK;
    for (int i = 0; i < pairs_used; i++) {
        if (pairs[i].foreground == foreground && pairs[i].background == background) return i + 1;
    }
    if (pairs_used == PAIRS_MAXIMUM || pairs_used + 1 >= COLOR_PAIRS) return 0;
    if (init_extended_pair(pairs_used + 1, foreground, background) == ERR) return 0;
    pairs[pairs_used].foreground = foreground;
    pairs[pairs_used].background = background;
    return ++pairs_used;
}

static attr_t attributes_of(uint8_t bits) {
    attr_t attributes = A_NORMAL;
    if (bits & CNC_BOLD) attributes |= A_BOLD;
    if (bits & CNC_DIM) attributes |= A_DIM;
    if (bits & CNC_REVERSE) attributes |= A_REVERSE;
    if (bits & CNC_UNDERLINE) attributes |= A_UNDERLINE;
    return attributes;
}

void cnc_erase(void) { werase(stdscr); }

void cnc_put(int x, int y, const cnc_cell *cells, int count) {
    cchar_t run[RUN_MAXIMUM];
    int width, height;
    cnc_size(&width, &height);
    if (x < 0 || y < 0 || y >= height) return;
    if (count > width - x) count = width - x;
    while (count > 0 && x < width) {
        int used = 0, taken = 0;
        for (; count > 0 && used + 2 <= RUN_MAXIMUM; cells++, count--) {
            wchar_t text[2] = {(wchar_t)cells->character, L'\0'};
            // COLOR_PAIR() would wrap at 256: the pair goes in as an int.
            int pair = pair_of(cells->foreground, cells->background);
            attr_t attributes = attributes_of(cells->attributes);
            bool odd = wcwidth(text[0]) != cells->width;  // this C library thinks otherwise
            if (odd) text[0] = L'?';
            setcchar(&run[used++], text, attributes, 0, &pair);
            if (odd && cells->width == 2) setcchar(&run[used++], L" ", attributes, 0, &pair);
            taken += cells->width;
        }
        mvwadd_wchnstr(stdscr, y, x, run, used);
        x += taken;
    }
}

void cnc_flush(int x, int y) {
    int shown = x >= 0 ? 1 : 0;
    if (shown != cursor_shown) {
        curs_set(shown);
        cursor_shown = shown;
    }
    if (shown) wmove(stdscr, y, x);
    wnoutrefresh(stdscr);
    doupdate();
}

void cnc_repaint(void) { clearok(curscr, TRUE); }
