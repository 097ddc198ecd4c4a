package dev.perdure.wire;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.nio.file.Path;
import java.time.Duration;

/** One end in a process of its own: {@code supervisor FILE EPOCH} or {@code worker FILE NAME}; ends with its input. */
final class EndMain {
    private EndMain() {}

    public static void main(String[] args) throws Exception {
        long began = System.nanoTime();
        AutoCloseable end = args[0].equals("supervisor")
                ? supervisor(Path.of(args[1]), Long.parseLong(args[2]), began)
                : worker(Path.of(args[1]), new WorkerId(args[2]), began);
        System.in.transferTo(System.out);
        end.close();
    }

    private static AutoCloseable supervisor(Path file, long epoch, long began) throws Exception {
        var listener = new SupervisorServer.Listener() {
            @org.jspecify.annotations.Nullable
            SupervisorServer server;

            @Override
            public synchronized void said(WorkerId worker, FromWorker message) {
                if (message instanceof FromWorker.Join && server != null) {
                    server.send(worker, new ToWorker.Welcome(epoch, Duration.ofMillis(50)));
                }
            }

            @Override
            public void lost(WorkerId worker, String why) {
                System.out.println("lost " + worker);
            }
        };
        synchronized (listener) {
            listener.server = Ends.server(file, epoch, listener);
        }
        System.out.printf("listens after %.0f ms%n", (System.nanoTime() - began) / 1e6);
        return listener.server;
    }

    private static AutoCloseable worker(Path file, WorkerId name, long began) {
        return Ends.client(file, name, new SupervisorClient.Listener() {
            @Override
            public void said(ToWorker message) {
                System.out.printf("%s after %.0f ms%n", message, (System.nanoTime() - began) / 1e6);
            }

            @Override
            public void lost(String why) {
                System.out.println("lost: " + why);
            }

            @Override
            public void unreachable(int attempt, String why) {
                // it goes on trying
            }
        });
    }
}
