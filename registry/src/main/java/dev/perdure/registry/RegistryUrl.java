package dev.perdure.registry;

import dev.perdure.core.BadSettingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Where a registry is, as a person writes it. What {@link #shown} returns has no password in it. */
sealed interface RegistryUrl {
    String EXPECTED =
            "(expected: sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE). Leave it out for a file in the run's folder.";

    /** Returns the connections to it, each new and unshared, that give up after some time. */
    DataSource connections(Duration patience);

    String shown();

    /** Returns whether a password stands in it, in whatever place. */
    boolean hasPassword();

    /** Returns the same place, entered with this password; a file has none. */
    RegistryUrl withPassword(String password);

    /** One connection for SQLite, where writers queue up anyway. */
    int connectionsMax();

    /** @throws BadSettingException if this is no URL of a registry */
    static RegistryUrl parse(String url) {
        String plain = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
        if (plain.startsWith("sqlite:")) {
            return Sqlite.of(plain.substring("sqlite:".length()));
        }
        if (plain.startsWith("postgresql://") || plain.startsWith("postgres://")) {
            return Postgres.of(plain.substring(plain.indexOf("//") + 2));
        }
        throw new BadSettingException("registry: \"%s\" %s".formatted(withoutSecrets(url), EXPECTED));
    }

    private static String withoutSecrets(String url) {
        return url.replaceAll("//[^/]*@", "//").replaceAll("\\?.*", "");
    }

    /** A file. In its folder SQLite keeps two more, with {@code -wal} and {@code -shm} at the end of their names. */
    record Sqlite(Path file) implements RegistryUrl {
        static Sqlite of(String path) {
            if (path.isEmpty() || path.startsWith("file:") || path.contains("?") || path.equals(":memory:")) {
                throw new BadSettingException(
                        "registry: \"sqlite:%s\" %s The path has no \"?\" in it; a registry in memory"
                                        .formatted(path, EXPECTED)
                                + " would not outlast its process.");
            }
            try {
                return new Sqlite(Path.of(path).toAbsolutePath());
            } catch (InvalidPathException e) {
                throw new BadSettingException("registry: \"sqlite:%s\" %s".formatted(path, EXPECTED));
            }
        }

        @Override
        public DataSource connections(Duration patience) {
            var config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            config.setBusyTimeout(Math.clamp(patience.toMillis(), 1, Integer.MAX_VALUE));
            var source = new SQLiteDataSource(config);
            source.setUrl("jdbc:sqlite:" + file);
            return source;
        }

        @Override
        public String shown() {
            return file.toString();
        }

        @Override
        public boolean hasPassword() {
            return false;
        }

        @Override
        public RegistryUrl withPassword(String password) {
            return this;
        }

        @Override
        public int connectionsMax() {
            return 1;
        }
    }

    /** A database on a PostgreSQL server. */
    record Postgres(String place, Optional<String> user, Optional<String> password) implements RegistryUrl {
        static Postgres of(String rest) {
            int slash = rest.indexOf('/');
            int at = (slash < 0 ? rest : rest.substring(0, slash)).lastIndexOf('@');
            String place = rest.substring(at + 1);
            if (slash < 0 || place.startsWith("/")) {
                throw new BadSettingException("registry: \"postgresql://%s\" %s"
                        .formatted(withoutSecrets("//" + rest).substring(2), EXPECTED));
            }
            String[] login = at < 0 ? new String[0] : rest.substring(0, at).split(":", 2);
            return new Postgres(place, part(login, 0), part(login, 1));
        }

        private static Optional<String> part(String[] login, int index) {
            return index < login.length && !login[index].isEmpty()
                    ? Optional.of(URLDecoder.decode(login[index].replace("+", "%2B"), StandardCharsets.UTF_8))
                    : Optional.empty();
        }

        @Override
        public DataSource connections(Duration patience) {
            int seconds = Math.clamp(patience.plusMillis(999).toSeconds(), 1, 3600);
            var source = new PGSimpleDataSource();
            try {
                source.setURL("jdbc:postgresql://" + place);
            } catch (IllegalArgumentException e) {
                throw new BadSettingException("registry: \"%s\" %s".formatted(shown(), EXPECTED));
            }
            user.ifPresent(source::setUser);
            password.ifPresent(source::setPassword);
            source.setApplicationName("perdure");
            source.setConnectTimeout(seconds);
            source.setSocketTimeout(seconds);
            source.setTcpKeepAlive(true);
            return source;
        }

        @Override
        public String shown() {
            return "postgresql://" + withoutSecrets(place);
        }

        @Override
        public boolean hasPassword() {
            return password.isPresent() || place.matches(".*[?&](ssl)?password=.*");
        }

        @Override
        public RegistryUrl withPassword(String secret) {
            return new Postgres(place, user, Optional.of(secret));
        }

        @Override
        public int connectionsMax() {
            return 4;
        }

        @Override
        public String toString() {
            return shown();
        }
    }
}
