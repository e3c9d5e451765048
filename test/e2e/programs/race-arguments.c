// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Starts itself over and over, while another process changes the last argument between two words in the memory from
 * which it is taken. One of the words is refused: whoever is started with it must not come to its first instruction.
 *
 *   race-arguments ROUNDS     prints how often it was refused, ended by a signal, came to run, and came to run with
 *                             the word; goes on past ROUNDS until one was ended by a signal, but not for ever
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 20 /* times ROUNDS */
#define FILLERS 16
#define FILLER 2048 /* bytes, that take time to be copied and to be looked at */

enum outcome { SAFE, THROUGH, REFUSED, ENDED, OUTCOMES };

union word {
	char text[8];
	_Atomic(unsigned long) whole;
};

static unsigned long word(const char *text)
{
	union word word = { .text = "" };

	strcpy(word.text, text);
	return word.whole;
}

static void change_all_the_while(union word *shared)
{
	unsigned long safe = word("safe"), refused = word("push");
	unsigned int seed = 1;

	prctl(PR_SET_TIMERSLACK, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		struct timespec pause = { .tv_nsec = 1000 * (rand_r(&seed) % 200) };

		nanosleep(&pause, NULL);
		atomic_store(&shared->whole, rand_r(&seed) % 2 ? safe : refused);
	}
}

static enum outcome start(char *const *arguments)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execv(arguments[0], arguments);
		_exit(errno == EACCES ? REFUSED : 99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return ENDED;
	if (!WIFEXITED(status) || WEXITSTATUS(status) >= OUTCOMES)
		exit(3);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	union word *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char filler[FILLER], *arguments[FILLERS + 3];
	long rounds = argc == 2 ? atol(argv[1]) : 0, counts[OUTCOMES] = { 0 };
	pid_t changer;

	if (argc > 2) /* started in a round */
		return strcmp(argv[argc - 1], "push") ? SAFE : THROUGH;
	if (!rounds || shared == MAP_FAILED)
		return 2;
	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = 0;
	arguments[0] = argv[0];
	for (int i = 1; i <= FILLERS; i++)
		arguments[i] = filler;
	arguments[FILLERS + 1] = shared->text;
	arguments[FILLERS + 2] = NULL;
	atomic_store(&shared->whole, word("safe"));
	changer = fork();
	if (!changer)
		change_all_the_while(shared);
	for (long round = 0; round < rounds || (!counts[ENDED] && round < PATIENCE * rounds); round++)
		counts[start(arguments)]++;
	kill(changer, SIGKILL);
	waitpid(changer, NULL, 0);
	printf("%ld refused, %ld ended, %ld ran, %ld through\n", counts[REFUSED], counts[ENDED], counts[SAFE], counts[THROUGH]);
	return counts[THROUGH] ? 1 : 0;
}
