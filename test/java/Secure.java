import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Says who may do what: bootstrap, then `scram USER PASSWORD` or `acl USER TYPE PATTERN NAME OPERATION`, one argument each. */
class Secure {
  public static void main(String[] args) throws Exception {
    List<AclBinding> acls = new ArrayList<>();
    List<UserScramCredentialAlteration> passwords = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      String[] words = args[i].split(" ");
      if (words[0].equals("scram")) {
        for (ScramMechanism mechanism : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512))
          passwords.add(new UserScramCredentialUpsertion(words[1], new ScramCredentialInfo(mechanism, 4096), words[2]));
      } else {
        acls.add(new AclBinding(
          new ResourcePattern(ResourceType.valueOf(constant(words[2])), words[4], PatternType.valueOf(constant(words[3]))),
          new AccessControlEntry("User:" + words[1], "*", AclOperation.valueOf(constant(words[5])), AclPermissionType.ALLOW)));
      }
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) args[0]))) {
      // One at a time: a user cannot be altered twice in a request.
      for (UserScramCredentialAlteration password : passwords)
        admin.alterUserScramCredentials(List.of(password)).all().get();
      admin.createAcls(acls).all().get();
    }
  }

  /** TransactionalId: TRANSACTIONAL_ID. */
  static String constant(String word) {
    return word.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase();
  }
}
