package dev.perdure.registry;

import dev.perdure.testkit.PostgresServer;
import java.nio.file.Path;
import java.util.UUID;

/** The databases that keep the contract. */
enum Backend {
    SQLITE {
        @Override
        String freshUrl(Path folder) {
            return "sqlite:" + folder.resolve("registry-" + UUID.randomUUID() + ".db");
        }
    },
    POSTGRES {
        @Override
        String freshUrl(Path folder) {
            return PostgresServer.shared().freshUrl();
        }
    };

    /** Returns where there is no registry yet. */
    abstract String freshUrl(Path folder);
}
