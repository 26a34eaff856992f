import java.time.Duration;
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
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;

/** The topology of peer.ts on Java Kafka Streams: Peer BROKERS APPLICATION_ID STATE_DIR PREFIX; ends when stdin does. */
public class Peer {
    static final Serde<String> STRING = Serdes.String();
    static final Serde<Long> LONG = Serdes.Long();

    public static void main(final String[] args) throws Exception {
        final Topology topology = topology(args[3]);
        final KafkaStreams streams = new KafkaStreams(topology, properties(args));
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

    static Properties properties(final String[] args) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, args[2]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return properties;
    }

    static Topology topology(final String prefix) {
        final StreamsBuilder b = new StreamsBuilder();
        final KGroupedStream<String, String> clicks = b
            .stream(prefix + "clicks", Consumed.with(STRING, STRING))
            .groupByKey(Grouped.with(STRING, STRING));
        clicks.count(Materialized.as("counts"))
            .toStream()
            .to(prefix + "counts", Produced.with(STRING, LONG));
        final TimeWindows minutes = TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofSeconds(10));
        clicks.windowedBy(minutes)
            .count(Materialized.as("windows"))
            .toStream((key, count) -> key.key() + "@" + key.window().start())
            .to(prefix + "windows", Produced.with(STRING, LONG));
        clicks.windowedBy(SessionWindows.ofInactivityGapAndGrace(Duration.ofSeconds(20), Duration.ofSeconds(10)))
            .count(Materialized.as("sessions"))
            .toStream((key, count) -> key.key() + "@" + key.window().start() + "-" + key.window().end())
            .to(prefix + "sessions", Produced.with(STRING, LONG));
        clicks.windowedBy(minutes)
            .count(Materialized.as("last"))
            .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()).withName("suppressed"))
            .toStream((key, count) -> key.key() + "@" + key.window().start())
            .to(prefix + "finals", Produced.with(STRING, LONG));
        final KTable<String, String> left = b.table(
            prefix + "left", Consumed.with(STRING, STRING), Materialized.as("left-store"));
        final KTable<String, String> right = b.table(
            prefix + "right", Consumed.with(STRING, STRING), Materialized.as("right-store"));
        left.leftJoin(right, (a, c) -> a + "+" + c, Materialized.with(STRING, STRING))
            .toStream()
            .to(prefix + "joined", Produced.with(STRING, STRING));
        left.leftJoin(right, value -> value.substring(0, 1), (a, c) -> a + "/" + c, Materialized.with(STRING, STRING))
            .toStream()
            .to(prefix + "foreign", Produced.with(STRING, STRING));
        return b.build();
    }
}
