/** Keys, and what decrypts. */
import { place, secret } from "./make-entry.js";

export const KEYS = [
  secret({
    id: "ssh-keys", title: "SSH keys", example: "don't let it near my ssh keys",
    phrases: ["ssh|openssh|sshd @secret", "ssh private|identity key", "ssh id|identity|identities", "ssh folder|directory|dir", "private|identity key", "private ssh key", "id_rsa|id_ed25519"],
    places: [place("OpenSSH, ssh(1), FILES", "https://man.openbsd.org/ssh#FILES", "~/.ssh/**")],
    except: ["~/.ssh", "~/.ssh/known_hosts", "~/.ssh/config", "~/.ssh/config.d/**", "~/.ssh/*.pub"],
    inside: ["~/.ssh/id_ed25519", "~/.ssh/id_rsa", "~/.ssh/work/key"], outside: ["~/.ssh/known_hosts", "~/.ssh/config", "~/.ssh/id_ed25519.pub"],
  }),
  secret({
    id: "ssh-authorized-keys", title: "SSH authorized keys", example: "nobody may change authorized_keys",
    phrases: ["authorized_keys", "authorized key", "ssh authorized_keys"],
    places: [place("OpenSSH, sshd(8), AUTHORIZED_KEYS FILE FORMAT", "https://man.openbsd.org/sshd#AUTHORIZED_KEYS_FILE_FORMAT", "~/.ssh/authorized_keys", "~/.ssh/authorized_keys2")],
    inside: ["~/.ssh/authorized_keys"], outside: ["~/.ssh/known_hosts"],
  }),
  secret({
    id: "ssh-host-keys", title: "SSH host keys", example: "block the ssh host keys of this machine",
    phrases: ["sshd|ssh host private? key", "sshd key", "host key"],
    places: [place("OpenSSH, sshd(8), FILES", "https://man.openbsd.org/sshd#FILES", "/etc/ssh/ssh_host_*_key")],
    inside: ["/etc/ssh/ssh_host_ed25519_key"], outside: ["/etc/ssh/ssh_host_ed25519_key.pub"],
  }),
  secret({
    id: "ssh-settings", title: "SSH configuration", example: "never edit my ssh config",
    phrases: ["ssh client? config|configuration|setting", "ssh config file", "ssh_config"],
    places: [place("OpenSSH, ssh_config(5)", "https://man.openbsd.org/ssh_config#FILES", "~/.ssh/config", "~/.ssh/config.d/**")],
    inside: ["~/.ssh/config"], outside: ["~/.ssh/known_hosts"],
  }),
  secret({
    id: "known-hosts", title: "SSH known hosts", example: "do not change known_hosts",
    phrases: ["known_hosts", "known host", "ssh known_hosts"],
    places: [place("OpenSSH, ssh(1), FILES", "https://man.openbsd.org/ssh#FILES", "~/.ssh/known_hosts")],
    inside: ["~/.ssh/known_hosts"], outside: ["~/.ssh/config"],
  }),
  secret({
    id: "ssh-public-keys", title: "SSH public keys", example: "the agent must not read my public keys",
    phrases: ["public ssh? key", "ssh pub|public key", "pub key"],
    places: [place("OpenSSH, ssh-keygen(1), FILES", "https://man.openbsd.org/ssh-keygen#FILES", "~/.ssh/*.pub")],
    inside: ["~/.ssh/id_ed25519.pub"], outside: ["~/.ssh/known_hosts"],
  }),
  secret({
    id: "gpg-keys", title: "GPG keys", example: "keep out of my gnupg keyring",
    phrases: ["gpg|gnupg|pgp|openpgp|gpg2 @secret?", "gpg|gnupg|pgp private|secret|signing key", "gpg|gnupg|pgp keyring|trust|folder"],
    places: [place("GnuPG manual, GPG Configuration", "https://www.gnupg.org/documentation/manuals/gnupg/GPG-Configuration.html", "~/.gnupg/**")],
    inside: ["~/.gnupg/private-keys-v1.d/a.key", "~/.gnupg/trustdb.gpg"],
  }),
  secret({
    id: "age-keys", title: "age and sops keys", example: "hide my sops keys",
    phrases: ["age|sops @secret", "sops|age identity|identities", "sops age? @secret"],
    places: [place("SOPS documentation, Encrypting using age", "https://getsops.io/docs/#encrypting-using-age", "~/.config/sops/**", "~/.config/age/**")],
    inside: ["~/.config/sops/age/keys.txt"],
  }),
  secret({
    id: "tls-keys", title: "TLS private keys", example: "no reading of tls private keys",
    phrases: ["tls|ssl|https|server|certificate private? key", "ssl|tls certificate|cert key", "etc ssl private"],
    places: [place("Debian Wiki, Self-Signed Certificate", "https://wiki.debian.org/Self-Signed_Certificate", "/etc/ssl/private/**"),
      place("Certbot documentation, Where are my certificates?", "https://eff-certbot.readthedocs.io/en/stable/using.html#where-are-my-certificates", "/etc/letsencrypt/**")],
    inside: ["/etc/ssl/private/server.key", "/etc/letsencrypt/live/a/privkey.pem"], outside: ["/etc/ssl/certs/ca-certificates.crt"],
  }),
  secret({
    id: "key-files", title: "key files", example: "don't read any .pem or .key files, those key files stay closed",
    phrases: ["pem|key|p12|pfx|keystore|ppk file", "keystore", "private key file", "pkcs12 file"],
    places: [place("OpenSSL, openssl-format-options(1)", "https://docs.openssl.org/master/man1/openssl-format-options/", "*.pem", "*.key", "*.p12", "*.pfx"),
      place("PuTTY manual, Using PuTTYgen", "https://the.earth.li/~sgtatham/putty/latest/htmldoc/Chapter8.html", "*.ppk")],
    inside: ["${workspace}/server.pem", "~/certs/server.key"],
  }),
  secret({
    id: "machine-secrets", title: "systemd credentials", example: "deny reading systemd creds",
    phrases: ["systemd|systemd-creds @secret", "systemd-creds"],
    places: [place("systemd documentation, System and Service Credentials", "https://systemd.io/CREDENTIALS/", "/etc/credstore/**", "/etc/credstore.encrypted/**", "/run/credstore/**", "/run/credentials/**", "/var/lib/systemd/credential.secret")],
    inside: ["/etc/credstore/a", "/run/credentials/a.service/b"],
  }),
  secret({
    id: "mounted-secrets", title: "container secrets", example: "block the secrets mounted into the container",
    phrases: ["container|mounted|docker|pod|run secret", "service account token", "kubernetes service account token", "secret mounted? into|in container", "secret mounted into the container"],
    places: [place("Docker documentation, Manage sensitive data with Docker secrets", "https://docs.docker.com/engine/swarm/secrets/", "/run/secrets/**"),
      place("Kubernetes documentation, Managing Service Accounts", "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/", "/var/run/secrets/**")],
    inside: ["/run/secrets/db-password"],
  }),
] as const;
