import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TableJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.UnlimitedWindows;
import org.apache.kafka.streams.state.Stores;

/**
 * A topology with every kind of internal topic, in java-topics.test.ts once more: Topics BROKERS APPLICATION_ID
 * STATE_DIR PREFIX; ends when stdin does.
 */
public class Topics {
    static final Serde<String> STRING = Serdes.String();
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration HOUR = Duration.ofHours(1);

    public static void main(final String[] args) throws Exception {
        final Topology topology = topology(args[3]);
        final Properties properties = new Properties();
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, args[2]);
        final KafkaStreams streams = new KafkaStreams(topology, properties);
        final CountDownLatch running = new CountDownLatch(1);
        streams.setStateListener((to, from) -> {
            if (to == KafkaStreams.State.RUNNING) running.countDown();
            if (to == KafkaStreams.State.ERROR) System.exit(1);
        });
        streams.start();
        running.await();
        System.out.println(topology.describe());
        System.out.println("RUNNING");
        while (System.in.read() >= 0);
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(Duration.ofSeconds(30)));
        System.exit(0);
    }

    static Topology topology(final String prefix) {
        final StreamsBuilder b = new StreamsBuilder();
        final Consumed<String, String> text = Consumed.with(STRING, STRING);
        final KStream<String, String> left = b.stream(prefix + "left", text);
        final KStream<String, String> right = b.stream(prefix + "right", text);
        aggregations(left);
        joins(left, right);
        final KTable<String, String> table = b.table(prefix + "table", text, Materialized.as("table-store"));
        final KTable<String, String> versions = b.table(prefix + "versions", text,
            Materialized.as(Stores.persistentVersionedKeyValueStore("versions-store", HOUR)));
        left.join(versions, (a, c) -> a + c,
            Joined.with(STRING, STRING, STRING).withName("lookup").withGracePeriod(MINUTE));
        table.join(versions, value -> value, (a, c) -> a + c, TableJoined.as("foreign"),
            Materialized.with(STRING, STRING));
        return b.build();
    }

    static void aggregations(final KStream<String, String> stream) {
        final KGroupedStream<String, String> grouped = stream.groupByKey(Grouped.with(STRING, STRING));
        grouped.count(Materialized.as("key-value"));
        grouped.count(Materialized.as(Stores.inMemoryKeyValueStore("in-memory")));
        grouped.count(Materialized.as(Stores.lruMap("lru", 10)));
        grouped.windowedBy(TimeWindows.ofSizeAndGrace(MINUTE, MINUTE)).count(Materialized.as("tumbling"));
        grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(HOUR).advanceBy(MINUTE))
            .count(Materialized.<String, Long, org.apache.kafka.streams.state.WindowStore<org.apache.kafka.common.utils.Bytes, byte[]>>
                as("hopping").withRetention(Duration.ofHours(5)));
        grouped.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(MINUTE, MINUTE)).count(Materialized.as("sliding"));
        grouped.windowedBy(SessionWindows.ofInactivityGapAndGrace(MINUTE, MINUTE)).count(Materialized.as("session"));
        grouped.windowedBy(UnlimitedWindows.of()).count(Materialized.as("unlimited"));
        grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(MINUTE)).count(Materialized.as("last"))
            .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName("suppressed"));
        grouped.count(Materialized.<String, Long, org.apache.kafka.streams.state.KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>>
            as("configured").withLoggingEnabled(Map.of("retention.ms", "5000000", "cleanup.policy", "compact,delete")));
        grouped.count(Materialized.<String, Long, org.apache.kafka.streams.state.KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>>
            as("unlogged").withLoggingDisabled());
        stream.selectKey((key, value) -> value).groupByKey(Grouped.with("by-value", STRING, STRING))
            .count(Materialized.as("per-value"));
        stream.repartition(Repartitioned.with(STRING, STRING).withName("wide").withNumberOfPartitions(3))
            .groupByKey(Grouped.with(STRING, STRING)).count(Materialized.as("wide-count"));
    }

    static void joins(final KStream<String, String> left, final KStream<String, String> right) {
        final JoinWindows windows = JoinWindows.ofTimeDifferenceAndGrace(MINUTE, MINUTE);
        left.join(right, (a, c) -> a + c, windows, joined("inner"));
        left.leftJoin(right, (a, c) -> a + c, windows, joined("left"));
        left.outerJoin(right, (a, c) -> a + c, windows, joined("outer"));
    }

    static StreamJoined<String, String, String> joined(final String name) {
        return StreamJoined.with(STRING, STRING, STRING).withName(name).withStoreName(name + "-store");
    }
}
