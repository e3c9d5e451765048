/*
 * One technique: a way to do something that the policy of the tests denies in one place and permits in another. It runs
 * three times, each time in a folder of its own:
 *
 *   outside  in `guard`, no policy   must succeed: else the test could not fail
 *   inside   in `guard`, in a session   must fail with EACCES, by the rule that is called like `guard`
 *   free     in "free", in a session    must succeed, without an event
 *
 * BASE/VARIANT/TECHNIQUE/ holds the place itself and `work`, in which everything is permitted.
 */
#ifndef PROBE_H
#define PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAYLOAD_STATUS 42
#define SKIP (-9999) /* this kernel or file system cannot do it at all */

struct place {
	const char *technique;
	bool denied; /* the policy denies what is tried here */
	char top[3000]; /* BASE/VARIANT/TECHNIQUE */
	char dir[3072]; /* the place in it */
	char work[3072];
	char label[128]; /* short and unlike that of any other run */
	int port;
	pid_t outside; /* a process of no session */
	volatile pid_t *actor; /* to be set where it is another process than the one that runs the technique */
};

enum expectation {
	REFUSED,   /* EACCES */
	KILLED,    /* by SIGKILL */
	PERMITTED, /* also where it is `denied`: the policy's words do not cover it, which is documented */
};

struct technique {
	const char *name;
	const char *guard; /* the folder's name and the rule's */
	const char *op;    /* that the event names */
	int (*act)(const struct place *place); /* 0, a negative errno, or SKIP */
	int (*prepare)(const struct place *place); /* as root, of no session, after the usual files were made */
	const char *reason; /* in the event instead of a rule */
	enum expectation expect;
	bool only_denied; /* there is no place in which it is permitted */
	bool same_place;  /* the permitted variant acts in the same folder, on another name */
};

extern const struct technique NAMES[], CHANGES[], MOVES[], PROGRAMS[], NETWORK[], ROUTES[], UNIX[], PROCESSES[], URING[],
	PRIVILEGE_PROCESSES[], PRIVILEGE_MOUNTS[], PRIVILEGE_KERNEL[], PRIVILEGE_DEVICES[], PRIVILEGE_NETWORKS[], RECEIVED[],
	CONTROL_SOCKETS[], PINS[];
extern const char *build_directory; /* where payload and the like are */

/* Path of NAME in a folder; good for the next 15 calls. */
const char *in(const char *directory, const char *name);

/* -errno when a call failed, else 0. */
static inline int result(long returned)
{
	return returned < 0 ? -errno : 0;
}

/* Whatever else fails, it got past what guards it. */
static inline int past(long returned)
{
	return returned < 0 && (errno == EPERM || errno == EACCES) ? -errno : 0;
}

/* -errno when there is no descriptor, else 0. */
int closed(int fd);

/* A row of a table: the technique is refused for want of the privilege. */
#define PRIVILEGE(name, what, act) { "privilege-" name, "no-" what, "privilege", act }

void must(bool condition, const char *what);
void write_file(const char *path, const char *text, mode_t mode);
void copy_file(const char *from, const char *to, mode_t mode);
int read_once(int fd); /* closes it; 0 when something could be read */
int read_path(const char *path);

/* Runs `body` in a forked child and returns what it returns. */
int in_child(int (*body)(const void *), const void *argument);
/* Status of a program: 0 when it was the payload, -EACCES when it could not be executed. */
int run_program(const char *path, char *const arguments[], char *const environment[]);

#endif
