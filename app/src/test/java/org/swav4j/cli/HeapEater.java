package org.swav4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The program, with a heap that is filled to its last kilobyte as soon as a file appears. */
final class HeapEater {
    private static final int LARGEST = 1 << 16;
    private static final int SMALLEST = 1 << 10;

    private HeapEater() {}

    /** The file, and then the program's arguments. */
    public static void main(String[] args) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!Files.exists(Path.of(args[0]))) {
                            Thread.sleep(20);
                        }
                        eat();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "eater");
        thread.setDaemon(true);
        thread.start();
        Main.main(Arrays.copyOfRange(args, 1, args.length));
    }

    private static void eat() throws InterruptedException {
        Object[] eaten = {};
        for (int size = LARGEST; size >= SMALLEST; size /= 2) {
            try {
                while (true) {
                    eaten = new Object[] {eaten, new byte[size]};
                }
            } catch (OutOfMemoryError e) {
                // in smaller pieces
            }
        }
        while (eaten.length > 0) {
            Thread.sleep(1000);
        }
    }
}
