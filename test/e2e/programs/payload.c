/* What a technique tries to run: says by its status that it did. */
int main(void)
{
	return 42;
}
