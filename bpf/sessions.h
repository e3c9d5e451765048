/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is done about the sessions of this machine from outside of them. All return an exit status. */
#ifndef POLICY_SESSIONS_H
#define POLICY_SESSIONS_H

#include "session.h"

/* Clears sessions that have no process left; removes the BPF program when none remains. */
int sessions_clean(void);
/* Prints each session as a line of JSON, and clears as `clean` does. */
int sessions_status(void);
/* Puts another policy in force for a session, by one write: there is no moment with neither, none with half of one. */
int session_reload(__u32 number, const struct session_request *asked, const struct session_input *input);
/* Lets every thread go out of the session, and forgets it. */
int session_unload(__u32 number);

#endif
