package dev.livebridge.conversation;

import dev.livebridge.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Seals the bridge's markers with a key that only the bridges of one store know: HMAC-SHA256, hexadecimal. */
final class MarkerSeal {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final Store store;
    private volatile byte[] key;

    MarkerSeal(Store store) {
        this.store = store;
    }

    String of(String marker) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(marker.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    boolean isOf(String marker, String seal) {
        return MessageDigest.isEqual(
                of(marker).getBytes(StandardCharsets.UTF_8), seal.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] key() {
        if (key == null) {
            byte[] made = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(made);
            String stored = store.write(sql -> {
                sql.update(
                        "insert into secret (name, value) values ('marker', ?) on conflict do nothing",
                        HexFormat.of().formatHex(made));
                return sql.first("select value from secret where name = 'marker'", row -> row.getString(1))
                        .orElseThrow();
            });
            key = HexFormat.of().parseHex(stored);
        }
        return key;
    }
}
