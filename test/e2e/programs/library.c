/* What a technique tries to load: ends the program with the payload's status as soon as it is mapped. */
#include <unistd.h>

__attribute__((constructor)) static void loaded(void)
{
	_exit(42);
}
