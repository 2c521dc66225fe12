// The page: brings up its panels. Runs on the main thread.
