import gc

# Nearly all that a program of ours allocates while it starts stays: with Python's usual 700 the collector walks through
# it again and again, a quarter of the start of a command.
gc.set_threshold(20_000, 20, 50)
