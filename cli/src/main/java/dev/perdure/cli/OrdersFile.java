package dev.perdure.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/**
 * {@link RepositoryOrders} as a file of one JSON object that several processes read and change. Who reads sees all of a change or
 * nothing of it; changes come one after the other. It outlives the death of any of the processes, and need not outlive the machine.
 */
final class OrdersFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Locks of files are between processes, and know nothing of threads. */
    private static final Object IN_THIS_PROCESS = new Object();

    private final Path file;

    OrdersFile(Path file) {
        this.file = file;
    }

    /**
     * Returns the orders; none when there is no file.
     *
     * @throws IOException if it cannot be read, or is not such a file
     */
    RepositoryOrders read() throws IOException {
        try {
            return MAPPER.readValue(Files.readAllBytes(file), RepositoryOrders.class);
        } catch (NoSuchFileException _) {
            return RepositoryOrders.NONE;
        }
    }

    /**
     * Changes the orders that there are, and returns the new ones.
     *
     * @throws IOException if that cannot be written: then nothing has changed
     */
    RepositoryOrders change(UnaryOperator<RepositoryOrders> by) throws IOException {
        synchronized (IN_THIS_PROCESS) {
            try (var channel = FileChannel.open(beside(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                RepositoryOrders next = by.apply(read());
                Path draft = beside(".new");
                Files.write(draft, MAPPER.writeValueAsBytes(next));
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return next;
            }
        }
    }

    private Path beside(String end) {
        return file.resolveSibling(file.getFileName() + end);
    }
}
