// The calls of ncurses, signals and terminal modes that Swift cannot make itself. This header shows
// nothing of curses.h: its macros and its global variables do not import.
//
// There is one screen in a process, on standard input and output, used from the main thread only.

#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdbool.h>
#include <stdint.h>

// MARK: The screen (screen.c)

// What `cnc_open` may find.
#define CNC_OPENED 0
#define CNC_NOT_A_TERMINAL 1     // standard input or output is not a terminal
#define CNC_NO_TERM 2            // TERM is not set
#define CNC_UNKNOWN_TERM 3       // terminfo has no such terminal
#define CNC_NO_DATABASE 4        // there is no terminfo database
#define CNC_CANNOT_POSITION 5    // the terminal cannot place its cursor ("dumb")
#define CNC_FAILED 6             // anything else; errno may say more

// Bits of `cnc_cell.attributes`.
#define CNC_BOLD 1
#define CNC_DIM 2
#define CNC_REVERSE 4
#define CNC_UNDERLINE 8

// One cell as it is to be shown: a character one or two columns wide and colours of the terminal's
// palette, -1 for the terminal's own.
typedef struct {
    uint32_t character;
    uint8_t width;
    int16_t foreground;
    int16_t background;
    uint8_t attributes;
} cnc_cell;

// Sets LC_CTYPE from the environment. Whether the character encoding is UTF-8.
bool cnc_use_locale(void);

// Takes over the terminal: one of CNC_OPENED and so on. `cnc_use_locale` and `cnc_signals_open` come
// first. With `colour` false no colour is ever used.
int cnc_open(bool colour, bool mouse);

// Gives the terminal back for good. Does nothing unless the screen is open.
void cnc_close(void);

// Gives the terminal back for a while.
void cnc_leave(void);

// Takes it again after `cnc_leave`; the next `cnc_flush` paints everything.
void cnc_enter(void);

// The colours that can be used: 256, 8, or 0.
int cnc_colours(void);

// The extent of the screen as it is known.
void cnc_size(int *width, int *height);

// Asks the terminal for its extent and adapts to it. Everything is painted by the next `cnc_flush`.
void cnc_resize(int *width, int *height);

// Blanks the screen that is being prepared.
void cnc_erase(void);

// Prepares `count` cells from column `x` of row `y`. What is outside the screen is left out.
void cnc_put(int x, int y, const cnc_cell *cells, int count);

// Shows what was prepared, with the cursor at `x`, `y`, or without a cursor when `x` is negative.
void cnc_flush(int x, int y);

// Makes the next `cnc_flush` paint everything, whatever the terminal is thought to show.
void cnc_repaint(void);

// MARK: Input (input.c)

// Kinds of input.
#define CNC_NOTHING 0    // nothing has arrived
#define CNC_BYTE 1       // `value` is a byte of text or a control character
#define CNC_KEY 2        // `value` is one of the keys below
#define CNC_MOUSE 3      // `value` is one of the mouse actions below, at `x`, `y`
#define CNC_IGNORED 4    // something without a meaning here

#define CNC_KEY_UP 1
#define CNC_KEY_DOWN 2
#define CNC_KEY_LEFT 3
#define CNC_KEY_RIGHT 4
#define CNC_KEY_HOME 5
#define CNC_KEY_END 6
#define CNC_KEY_PAGE_UP 7
#define CNC_KEY_PAGE_DOWN 8
#define CNC_KEY_BACK_TAB 9
#define CNC_KEY_ENTER 10
#define CNC_KEY_BACKSPACE 11
#define CNC_KEY_DELETE 12
#define CNC_KEY_INSERT 13
#define CNC_KEY_FUNCTION 100    // and the number of the function key added

#define CNC_MOUSE_PRESS 1
#define CNC_MOUSE_RELEASE 2
#define CNC_MOUSE_MIDDLE 3
#define CNC_MOUSE_RIGHT 4
#define CNC_MOUSE_WHEEL_UP 5
#define CNC_MOUSE_WHEEL_DOWN 6

typedef struct {
    int kind;
    int value;
    int x;
    int y;
} cnc_input;

// Takes one input without waiting, but for the rest of an escape sequence (25 ms).
cnc_input cnc_read(void);

// MARK: Signals (signals.c)

// Catches INT, TERM, HUP, TSTP, CONT and WINCH, but for those that were ignored. Whether it worked.
bool cnc_signals_open(void);

// Puts back what was there before.
void cnc_signals_close(void);

// A descriptor that is readable while a caught signal waits.
int cnc_signals_descriptor(void);

// Takes the next caught signal; 0 when there is none.
int cnc_next_signal(void);

// Stops the process with `signal` (SIGTSTP, SIGTTOU) as if it had never been caught, and returns
// when it is continued. Whether it was stopped at all: an orphaned process group is not.
bool cnc_stop(int signal);

// Whether another process group owns the terminal.
bool cnc_in_background(void);

// Whether the calling thread is the one that the process began with.
bool cnc_on_main_thread(void);

// MARK: Last resort (crash.c)

// Moves standard error to the file at `path`, if it is a terminal. Whether it worked.
bool cnc_errors_to(const char *path);

// Moves it back.
void cnc_errors_back(void);

// Gives the calling thread a stack to handle its own stack overflow on, if it has none.
void cnc_alternate_stack(void);

#endif
