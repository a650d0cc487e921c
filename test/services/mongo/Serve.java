import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Serve.java <port> <"memory" or a file>: MongoDB's wire protocol on 127.0.0.1, until SIGTERM. */
public class Serve {
  public static void main(String[] args) {
    MongoBackend backend = args[1].equals("memory") ? new MemoryBackend() : new H2Backend(args[1]);
    MongoServer server = new MongoServer(backend.version(new Newer()));
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("ready");
  }

  /** The library stops at wire version 8; today's drivers ask for 9 or more. */
  private static final class Newer implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }
}
