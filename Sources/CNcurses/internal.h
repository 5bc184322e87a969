// What the files of this module share.

#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <curses.h>
#include <term.h>

#include "CNcurses.h"

// Input goes through a pad: reading from a window would refresh it.
extern WINDOW *cnc_pad;

// Prepares the pad, the keys and the mouse. Whether it worked.
bool cnc_input_open(bool mouse);

// Keeps the terminal's modes as the shell left them. Called before anything changes them.
void cnc_remember_modes(void);

// Composes what gives the terminal back, and arms the handlers of fatal signals.
void cnc_crash_arm(bool mouse);

// Asks the terminal to mark pasted text, or no longer to, if it knows how.
void cnc_paste_brackets(bool on);

// The fatal signals go their own ways again.
void cnc_crash_disarm(void);

// Tells whether the terminal is ours at the moment.
void cnc_crash_screen_up(bool up);

// Gives the terminal back but for its modes, even from the background.
void cnc_write_restoring_sequence(void);

// Puts the terminal's modes back as the shell left them.
void cnc_restore_modes(void);

// Whether the terminal shows what was there before, once we are gone.
bool cnc_has_second_screen(void);

// Re-installs the handlers, which newterm replaces.
void cnc_signals_reinstall(void);

#endif
