package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that tests make for themselves with the JDK's keytool, so that no key stands in a repository. */
public final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String ALIAS = "key";

    private Certificates() {}

    /**
     * A certificate that is signed by itself, for {@code localhost} and {@code 127.0.0.1}.
     *
     * @param certificate as a PEM file
     * @param key as a PEM file, in PKCS#8
     */
    public record Pair(Path certificate, Path key, KeyStore store) {
        /** Puts both in the place of two other files, each at once. */
        public void replace(Path otherCertificate, Path otherKey) throws IOException {
            copy(certificate, otherCertificate);
            copy(key, otherKey);
        }

        private static void copy(Path from, Path to) throws IOException {
            Path beside = to.resolveSibling(to.getFileName() + ".new");
            Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Makes one that holds now, for so many days from yesterday on. */
    public static Pair make(Path folder, String name, int days) throws IOException {
        return make(folder, name, "-1d", days);
    }

    /** Makes one that holds no more since yesterday. */
    public static Pair expired(Path folder, String name) throws IOException {
        return make(folder, name, "-3d", 2);
    }

    private static Pair make(Path folder, String name, String start, int days) throws IOException {
        Path store = folder.resolve(name + ".p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-ext",
                "bc:c"));
        command.addAll(List.of("-startdate", start, "-validity", Integer.toString(days)));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
        command.addAll(List.of("-storepass", new String(PASSWORD)));
        run(command);
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore made = KeyStore.getInstance("PKCS12");
            made.load(in, PASSWORD);
            Path certificate = folder.resolve(name + ".crt");
            Path key = folder.resolve(name + ".key");
            write(certificate, "CERTIFICATE", made.getCertificate(ALIAS).getEncoded());
            write(key, "PRIVATE KEY", made.getKey(ALIAS, PASSWORD).getEncoded());
            return new Pair(certificate, key, made);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Writes bytes as PEM. */
    public static void write(Path file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind), US_ASCII);
    }

    /** Returns what a client needs that believes one server's certificate and shows its own, if it has one. */
    public static SSLContext client(Pair server, List<Pair> own) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("server", server.store().getCertificate(ALIAS));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own.isEmpty() ? null : own.getFirst().store(), PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
