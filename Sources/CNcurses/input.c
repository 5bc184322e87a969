// Keys and the mouse.

#include "internal.h"

#include <stddef.h>

WINDOW *cnc_pad;

// What terminals send, whatever their terminfo entry says they do.
static const struct {
    const char *sequence;
    int code;
} sequences[] = {
    {"\033[A", KEY_UP},       {"\033OA", KEY_UP},       {"\033[B", KEY_DOWN},
    {"\033OB", KEY_DOWN},     {"\033[C", KEY_RIGHT},    {"\033OC", KEY_RIGHT},
    {"\033[D", KEY_LEFT},     {"\033OD", KEY_LEFT},     {"\033[H", KEY_HOME},
    {"\033OH", KEY_HOME},     {"\033[1~", KEY_HOME},    {"\033[7~", KEY_HOME},
    {"\033[F", KEY_END},      {"\033OF", KEY_END},      {"\033[4~", KEY_END},
    {"\033[8~", KEY_END},     {"\033[5~", KEY_PPAGE},   {"\033[6~", KEY_NPAGE},
    {"\033[2~", KEY_IC},      {"\033[3~", KEY_DC},      {"\033[Z", KEY_BTAB},
    {"\033OM", KEY_ENTER},    {"\033OP", KEY_F(1)},     {"\033OQ", KEY_F(2)},
    {"\033OR", KEY_F(3)},     {"\033OS", KEY_F(4)},     {"\033[11~", KEY_F(1)},
    {"\033[12~", KEY_F(2)},   {"\033[13~", KEY_F(3)},   {"\033[14~", KEY_F(4)},
    {"\033[[A", KEY_F(1)},    {"\033[[B", KEY_F(2)},    {"\033[[C", KEY_F(3)},
    {"\033[[D", KEY_F(4)},    {"\033[[E", KEY_F(5)},    {"\033[15~", KEY_F(5)},
    {"\033[17~", KEY_F(6)},   {"\033[18~", KEY_F(7)},   {"\033[19~", KEY_F(8)},
    {"\033[20~", KEY_F(9)},   {"\033[21~", KEY_F(10)},  {"\033[23~", KEY_F(11)},
    {"\033[24~", KEY_F(12)},
};

bool cnc_input_open(bool mouse) {
    cnc_pad = newpad(1, 1);
    if (cnc_pad == NULL) return false;
    keypad(cnc_pad, TRUE);
    nodelay(cnc_pad, TRUE);
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        if (key_defined(sequences[i].sequence) == 0) {
            define_key(sequences[i].sequence, sequences[i].code);
        }
    }
    if (mouse) {
        mouseinterval(0);  // clicks are told at once, not held back to be counted
        mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON2_PRESSED | BUTTON3_PRESSED |
                      BUTTON4_PRESSED | BUTTON5_PRESSED,
                  NULL);
    }
    return true;
}

static cnc_input read_mouse(void) {
    MEVENT event;
    cnc_input input = {CNC_IGNORED, 0, 0, 0};
    if (getmouse(&event) != OK) return input;
    if (event.bstate & BUTTON1_PRESSED) input.value = CNC_MOUSE_PRESS;
    else if (event.bstate & BUTTON1_RELEASED) input.value = CNC_MOUSE_RELEASE;
    else if (event.bstate & BUTTON2_PRESSED) input.value = CNC_MOUSE_MIDDLE;
    else if (event.bstate & BUTTON3_PRESSED) input.value = CNC_MOUSE_RIGHT;
    else if (event.bstate & BUTTON4_PRESSED) input.value = CNC_MOUSE_WHEEL_UP;
    else if (event.bstate & BUTTON5_PRESSED) input.value = CNC_MOUSE_WHEEL_DOWN;
    else return input;
    input.kind = CNC_MOUSE;
    input.x = event.x;
    input.y = event.y;
    return input;
}

// Our number for a key of curses; 0 for one without a meaning here.
static int key_of(int code) {
    if (code >= KEY_F(1) && code <= KEY_F(63)) return CNC_KEY_FUNCTION + code - KEY_F0;
    switch (code) {
        case KEY_UP: case KEY_SR: return CNC_KEY_UP;
        case KEY_DOWN: case KEY_SF: return CNC_KEY_DOWN;
        case KEY_LEFT: case KEY_SLEFT: return CNC_KEY_LEFT;
        case KEY_RIGHT: case KEY_SRIGHT: return CNC_KEY_RIGHT;
        case KEY_HOME: case KEY_A1: case KEY_FIND: return CNC_KEY_HOME;
        case KEY_END: case KEY_C1: case KEY_SELECT: return CNC_KEY_END;
        case KEY_PPAGE: case KEY_A3: return CNC_KEY_PAGE_UP;
        case KEY_NPAGE: case KEY_C3: return CNC_KEY_PAGE_DOWN;
        case KEY_BTAB: return CNC_KEY_BACK_TAB;
        case KEY_ENTER: return CNC_KEY_ENTER;
        case KEY_BACKSPACE: return CNC_KEY_BACKSPACE;
        case KEY_DC: return CNC_KEY_DELETE;
        case KEY_IC: return CNC_KEY_INSERT;
        default: return 0;
    }
}

cnc_input cnc_read(void) {
    cnc_input input = {CNC_NOTHING, 0, 0, 0};
    int code = wgetch(cnc_pad);
    if (code == ERR) return input;
    if (code == KEY_MOUSE) return read_mouse();
    if (code >= 0 && code < 256) {
        input.kind = CNC_BYTE;
        input.value = code;
        return input;
    }
    input.value = key_of(code);
    input.kind = input.value == 0 ? CNC_IGNORED : CNC_KEY;
    return input;
}
