/** Names and passwords, password managers, browsers, wallets, histories. */
import { place, secret, unseen } from "./make-entry.js";

const FIREFOX = place("Mozilla Support, Profiles: where Firefox stores your user data", "https://support.mozilla.org/en-US/kb/profiles-where-firefox-stores-user-data",
  "~/.mozilla/**", "~/.config/mozilla/**", "~/snap/firefox/**", "~/.var/app/org.mozilla.firefox/**");
const CHROMIUM = place("Chromium documentation, User Data Directory", "https://chromium.googlesource.com/chromium/src/+/HEAD/docs/user_data_dir.md",
  "~/.config/google-chrome*/**", "~/.config/chromium/**", "~/snap/chromium/**", "~/.var/app/{com.google.Chrome,org.chromium.Chromium}/**");
const OTHERS = place("Brave Help, Where is my profile folder?", "https://support.brave.app/hc/en-us/articles/360044860011-How-Do-I-Use-Command-Line-Flags-in-Brave-",
  "~/.config/{BraveSoftware,microsoft-edge,vivaldi,opera}*/**");
const BITCOIN = place("Bitcoin Core documentation, Files", "https://github.com/bitcoin/bitcoin/blob/master/doc/files.md", "~/.bitcoin/**");
const ETHEREUM = place("go-ethereum documentation, Account management", "https://geth.ethereum.org/docs/fundamentals/account-management", "~/.ethereum/**");
const SOLANA = place("Solana documentation, File system wallets", "https://docs.anza.xyz/cli/wallets/file-system", "~/.config/solana/**");
const PASS = place("pass, the standard unix password manager", "https://www.passwordstore.org/", "~/.password-store/**");
const ONEPASSWORD = place("1Password Developer documentation, CLI config directories", "https://developer.1password.com/docs/cli/config-directories/", "~/.config/op/**", "~/.op/**", "~/.1password/**", "~/.config/1Password/**");
const BITWARDEN = place("Bitwarden Help, Data storage", "https://bitwarden.com/help/data-storage/", "~/.config/Bitwarden*/**");
const KEEPASS = place("KeePassXC, User Guide", "https://keepassxc.org/docs/KeePassXC_UserGuide", "*.kdbx", "~/.config/keepassxc/**");
const GNOME = place("GNOME Wiki, GNOME Keyring", "https://wiki.gnome.org/Projects/GnomeKeyring", "~/.local/share/keyrings/**", "~/.gnome2/keyrings/**");
const KWALLET = place("KDE UserBase, KDE Wallet Manager", "https://userbase.kde.org/KDE_Wallet_Manager", "~/.local/share/kwalletd/**", "~/.kde/share/apps/kwallet/**");
const BASH = place("Bash Reference Manual, HISTFILE", "https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html#index-HISTFILE", "~/.bash_history");
const ZSH = place("zsh manual, Parameters used by the shell: HISTFILE", "https://zsh.sourceforge.io/Doc/Release/Parameters.html#Parameters-Used-By-The-Shell", "~/.zsh_history", "~/.zhistory", "~/.histfile", "~/.local/state/zsh/history");
const FISH = place("fish documentation, history", "https://fishshell.com/docs/current/cmds/history.html", "~/.local/share/fish/fish_history");
const PYTHON = place("Python documentation, site: readline configuration", "https://docs.python.org/3/library/site.html#readline-configuration", "~/.python_history");
const PSQL = place("PostgreSQL documentation, psql: Files", "https://www.postgresql.org/docs/current/app-psql.html", "~/.psql_history");
const MYSQL = place("MySQL Reference Manual, mysql Client Logging", "https://dev.mysql.com/doc/refman/8.4/en/mysql-logging.html", "~/.mysql_history");
const NODE = place("Node.js documentation, REPL: persistent history", "https://nodejs.org/api/repl.html#persistent-history", "~/.node_repl_history");
const LESS = place("less(1), LESSHISTFILE", "https://man7.org/linux/man-pages/man1/less.1.html", "~/.lesshst", "~/.local/state/lesshst");
const SQLITE = place("SQLite documentation, Command Line Shell", "https://sqlite.org/cli.html", "~/.sqlite_history");
const REDIS = place("Redis documentation, redis-cli", "https://redis.io/docs/latest/develop/tools/cli/", "~/.rediscli_history");

export const PEOPLE = [
  secret({
    id: "netrc", title: "netrc", example: "don't open .netrc", phrases: ["netrc entry|entries"],
    places: [place("GNU inetutils manual, The .netrc file", "https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html", "~/.netrc")], inside: ["~/.netrc"],
  }),
  secret({
    id: "env-files", title: ".env files", example: "never read .env files",
    phrases: [".env", "env file", "dotenv", ".env secret", "dotenv file|secret", "environment file", ".env.*", "env secret", ".env.local|.env.production"],
    places: [place("dotenv documentation", "https://github.com/motdotla/dotenv#readme", ".env", ".env.*")],
    except: [".env.example", ".env.sample", ".env.template"],
    inside: ["${workspace}/.env", "${workspace}/.env.local", "${workspace}/api/.env.production"], outside: ["${workspace}/.env.example"],
  }),
  secret({
    id: "pgpass", title: "PostgreSQL passwords", example: "block pgpass", phrases: ["postgres|postgresql|psql|pg|pgpass @secret"],
    places: [place("PostgreSQL documentation, The Password File", "https://www.postgresql.org/docs/current/libpq-pgpass.html", "~/.pgpass", "~/.pg_service.conf")], inside: ["~/.pgpass"],
  }),
  secret({
    id: "my-cnf", title: "MySQL passwords", example: "block my mysql passwords", phrases: ["mysql|mariadb @secret"],
    places: [place("MySQL Reference Manual, Using Option Files", "https://dev.mysql.com/doc/refman/8.4/en/option-files.html", "~/.my.cnf", "~/.mylogin.cnf")], inside: ["~/.my.cnf"],
  }),
  secret({
    id: "database-passwords", title: "database passwords", example: "keep away from database credentials", phrases: ["database|db @secret", "sql password|credential"],
    places: [place("PostgreSQL documentation, The Password File", "https://www.postgresql.org/docs/current/libpq-pgpass.html", "~/.pgpass", "~/.pg_service.conf"),
      place("MySQL Reference Manual, Using Option Files", "https://dev.mysql.com/doc/refman/8.4/en/option-files.html", "~/.my.cnf", "~/.mylogin.cnf"),
      place("Redis documentation, redis-cli", "https://redis.io/docs/latest/develop/tools/cli/", "~/.redisclirc"), place("MongoDB documentation, mongosh configuration", "https://www.mongodb.com/docs/mongodb-shell/reference/configure-shell-settings-api/", "~/.mongodb/**", "~/.mongorc.js")],
    inside: ["~/.pgpass", "~/.my.cnf"],
  }),
  secret({
    id: "curlrc", title: "curl configuration", example: "block curlrc", phrases: ["curl @secret"],
    places: [place("curl(1), --config", "https://curl.se/docs/manpage.html#-K", "~/.curlrc", "~/.config/curlrc")], inside: ["~/.curlrc"],
  }),
  secret({ id: "pass", title: "pass password store", example: "block my password-store", phrases: ["pass store", "password store", "password-store", "gopass store?"],
    places: [PASS, place("gopass documentation, Configuration", "https://github.com/gopasspw/gopass/blob/master/docs/config.md", "~/.local/share/gopass/**", "~/.config/gopass/**")], inside: ["~/.password-store/mail.gpg"] }),
  secret({ id: "keepass", title: "KeePass databases", example: "don't open keepassxc databases", phrases: ["keepass|keepassxc|kdbx database|vault|file|password?", "keepass|keepassxc"], places: [KEEPASS], inside: ["~/all.kdbx"] }),
  secret({ id: "onepassword", title: "1Password", example: "no 1password", phrases: ["1password|onepassword @secret?", "1password|onepassword vault|cli", "one password"], places: [ONEPASSWORD], inside: ["~/.config/op/config"] }),
  secret({ id: "bitwarden", title: "Bitwarden", example: "block bitwarden", phrases: ["bitwarden|rbw @secret?", "bitwarden vault"], places: [BITWARDEN], inside: ["~/.config/Bitwarden CLI/data.json"] }),
  secret({ id: "gnome-keyring", title: "GNOME keyring", example: "block gnome-keyring", phrases: ["gnome keyring|keyrings", "gnome-keyring", "login keyring", "desktop keyring", "secret service"], places: [GNOME], inside: ["~/.local/share/keyrings/login.keyring"] }),
  secret({ id: "kwallet", title: "KWallet", example: "block kwallet", phrases: ["kwallet", "kde wallet", "kde password"], places: [KWALLET], inside: ["~/.local/share/kwalletd/kdewallet.kwl"] }),
  secret({
    id: "password-managers", title: "password managers", example: "stay out of my password manager", phrases: ["password manager|vault|safe", "saved password", "keyring|keyrings", "my? password", "passwords"],
    places: [PASS, ONEPASSWORD, BITWARDEN, KEEPASS, GNOME, KWALLET], inside: ["~/.password-store/mail.gpg", "~/all.kdbx", "~/.config/Bitwarden/data.json"],
  }),
  secret({ id: "firefox", title: "Firefox profile", example: "block firefox cookies", phrases: ["firefox|mozilla profile|cookie|password|history|session|bookmark|data|login|folder", "firefox|mozilla"], places: [FIREFOX], inside: ["~/.mozilla/firefox/a.default/logins.json"] }),
  secret({ id: "chromium", title: "Chrome profile", example: "don't read chrome passwords", phrases: ["chrome|chromium profile|cookie|password|history|session|bookmark|data|login|folder", "google chrome profile|cookie|password|history|data?"], places: [CHROMIUM], inside: ["~/.config/google-chrome/Default/Cookies", "~/.config/chromium/Default/Login Data"] }),
  secret({
    id: "browsers", title: "browser profiles", example: "keep your hands off my browser cookies",
    phrases: ["browser profile|cookie|password|history|session|bookmark|data|login|folder|storage", "cookie", "web? browser saved? password|cookie"],
    places: [FIREFOX, CHROMIUM, OTHERS], inside: ["~/.mozilla/firefox/a.default/cookies.sqlite", "~/.config/google-chrome/Default/Cookies", "~/.config/BraveSoftware/Brave-Browser/Default/Cookies"],
  }),
  secret({ id: "thunderbird", title: "e-mail", example: "don't read my email", phrases: ["email|mail|e-mail|thunderbird|mailbox profile|folder|message|account|password?", "mutt|neomutt"],
    places: [place("Mozilla Support, Profiles: where Thunderbird stores your user data", "https://support.mozilla.org/en-US/kb/profiles-where-thunderbird-stores-user-data", "~/.thunderbird/**", "~/snap/thunderbird/**"),
      place("Mutt manual, Configuration files", "https://www.mutt.org/doc/manual/#configuration-files", "~/.muttrc", "~/.mutt/**", "~/Mail/**", "~/Maildir/**", "/var/mail/**")], inside: ["~/.thunderbird/a/logins.json", "/var/mail/ada"] }),
  secret({ id: "messengers", title: "chat histories", example: "block my signal messages", phrases: ["telegram|discord|whatsapp message|chat|history|data|profile?", "signal|element message|chat|history|data|profile", "chat message|history|histories|log", "private message"],
    places: [place("Signal Desktop source, user data path", "https://github.com/signalapp/Signal-Desktop", "~/.config/Signal/**"), place("Telegram Desktop source, working directory", "https://github.com/telegramdesktop/tdesktop", "~/.local/share/TelegramDesktop/**"),
      place("Discord developer documentation, RPC", "https://discord.com/developers/docs/topics/rpc", "~/.config/discord/**"), place("Slack Help, Slack for Linux", "https://slack.com/help/articles/212924728", "~/.config/Slack/**"),
      place("Element documentation, config", "https://github.com/element-hq/element-desktop#user-specified-configjson", "~/.config/Element/**")], inside: ["~/.config/Signal/config.json", "~/.config/discord/Cookies"] }),
  secret({ id: "bitcoin", title: "Bitcoin wallet", example: "block my bitcoin wallet", phrases: ["bitcoin|btc|electrum wallet|key?", "bitcoin core wallet?"], places: [BITCOIN, place("Electrum documentation, FAQ: where is my wallet file located?", "https://electrum.readthedocs.io/en/latest/faq.html", "~/.electrum/**")], inside: ["~/.bitcoin/wallet.dat", "~/.electrum/wallets/default_wallet"] }),
  secret({ id: "ethereum", title: "Ethereum wallet", example: "block ethereum keys", phrases: ["ethereum|eth|geth|foundry wallet|key|keystore?"], places: [ETHEREUM, place("Foundry documentation, cast wallet", "https://getfoundry.sh/cast/reference/wallet/", "~/.foundry/keystores/**")], inside: ["~/.ethereum/keystore/a", "~/.foundry/keystores/a"] }),
  secret({ id: "solana", title: "Solana wallet", example: "block solana keypairs", phrases: ["solana wallet|key|keypair?", "solana keypair"], places: [SOLANA], inside: ["~/.config/solana/id.json"] }),
  secret({ id: "monero", title: "Monero wallet", example: "block monero wallets", phrases: ["monero|xmr wallet|key?"], places: [place("Monero documentation, monero-wallet-cli", "https://docs.getmonero.org/interacting/monero-wallet-cli-reference/", "~/.bitmonero/**", "~/Monero/**")], inside: ["~/Monero/wallets/a/a.keys"] }),
  secret({
    id: "wallets", title: "cryptocurrency wallets", example: "don't touch crypto wallets", phrases: ["crypto|cryptocurrency|coin|blockchain wallet|key", "wallet", "hardware wallet", "ledger|exodus|litecoin wallet?", "seed phrase"],
    places: [BITCOIN, ETHEREUM, SOLANA, place("Electrum documentation, FAQ: where is my wallet file located?", "https://electrum.readthedocs.io/en/latest/faq.html", "~/.electrum/**"),
      place("Monero documentation, monero-wallet-cli", "https://docs.getmonero.org/interacting/monero-wallet-cli-reference/", "~/.bitmonero/**", "~/Monero/**"),
      place("Exodus support, Where is my wallet data?", "https://www.exodus.com/support/en/", "~/.config/Exodus/**"), place("Ledger support, Ledger Live data", "https://support.ledger.com/", "~/.config/Ledger Live/**")],
    inside: ["~/.bitcoin/wallet.dat", "~/.ethereum/keystore/a", "~/.config/solana/id.json"],
  }),
  secret({ id: "bash-history", title: "bash history", example: "block my bash history", phrases: ["bash history|histories"], places: [BASH], inside: ["~/.bash_history"] }),
  secret({ id: "zsh-history", title: "zsh history", example: "block zsh history", phrases: ["zsh history|histories"], places: [ZSH], inside: ["~/.zsh_history"] }),
  secret({ id: "fish-history", title: "fish history", example: "block fish history", phrases: ["fish shell? history|histories", "fish_history"], places: [FISH], inside: ["~/.local/share/fish/fish_history"] }),
  secret({ id: "python-history", title: "python history", example: "block python history", phrases: ["python repl|interpreter? history"], places: [PYTHON], inside: ["~/.python_history"] }),
  secret({ id: "psql-history", title: "psql history", example: "block psql history", phrases: ["psql|postgres|postgresql history"], places: [PSQL], inside: ["~/.psql_history"] }),
  secret({ id: "mysql-history", title: "mysql history", example: "block mysql history", phrases: ["mysql|mariadb history"], places: [MYSQL], inside: ["~/.mysql_history"] }),
  secret({ id: "node-history", title: "node history", example: "block node repl history", phrases: ["node|nodejs repl? history"], places: [NODE], inside: ["~/.node_repl_history"] }),
  secret({ id: "less-history", title: "less history", example: "block less history", phrases: ["less search? history"], places: [LESS], inside: ["~/.lesshst"] }),
  secret({ id: "histories", title: "shell history", example: "don't look at my shell history",
    phrases: ["shell|terminal|command|repl|console line? history|histories", "history|histories", "history file", "command i typed"],
    places: [BASH, ZSH, FISH, PYTHON, PSQL, MYSQL, NODE, LESS, SQLITE, REDIS], inside: ["~/.bash_history", "~/.zsh_history", "~/.local/share/fish/fish_history", "~/.python_history"] }),
  secret({ id: "clipboard-history", title: "clipboard history", example: "block clipboard history", phrases: ["clipboard manager? history|data", "klipper|copyq"],
    places: [place("KDE UserBase, Klipper", "https://userbase.kde.org/Klipper", "~/.local/share/klipper/**"), place("CopyQ documentation, Backup", "https://copyq.readthedocs.io/en/latest/backup.html", "~/.config/copyq/**")], inside: ["~/.local/share/klipper/history2.lst"] }),
  unseen("credentials", { id: "environments", title: "environment of other processes", example: "don't read other processes' environment",
    phrases: ["environment|environ of? other? process|program", "proc environ", "process environment", "other process environment"],
    places: [place("proc_pid_environ(5)", "https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html", "/proc/*/environ", "/proc/*/task/*/environ")], inside: ["/proc/4242/environ"], outside: ["/proc/4242/status"] }),
  secret({
    id: "all-secrets", title: "secrets", example: "protect all my secrets",
    phrases: ["secret", "credential", "cred", "all? secret and? credential", "api? key", "token", "api|access|auth token", "login", "sensitive file|data", "credential store", "secret file", "key and? password", "confidential file|data"],
    places: [
      place("OpenSSH, ssh(1), FILES", "https://man.openbsd.org/ssh#FILES", "~/.ssh/**"),
      place("GnuPG manual, GPG Configuration", "https://www.gnupg.org/documentation/manuals/gnupg/GPG-Configuration.html", "~/.gnupg/**"),
      place("AWS CLI User Guide, Configuration and credential file settings", "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html", "~/.aws/**"),
      place("Google Cloud documentation, How Application Default Credentials works", "https://cloud.google.com/docs/authentication/application-default-credentials", "~/.config/gcloud/**"),
      place("Azure CLI documentation, Azure CLI configuration", "https://learn.microsoft.com/en-us/cli/azure/azure-cli-configuration", "~/.azure/**"),
      place("Kubernetes documentation, Organizing Cluster Access Using kubeconfig Files", "https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/", "~/.kube/**"),
      place("Docker documentation, docker login", "https://docs.docker.com/reference/cli/docker/login/", "~/.docker/config.json"),
      place("npm documentation, npmrc", "https://docs.npmjs.com/cli/v11/configuring-npm/npmrc", "~/.npmrc"),
      place("Python Packaging User Guide, The .pypirc file", "https://packaging.python.org/en/latest/specifications/pypirc/", "~/.pypirc"),
      place("The Cargo Book, Cargo Home", "https://doc.rust-lang.org/cargo/guide/cargo-home.html", "~/.cargo/credentials", "~/.cargo/credentials.toml"),
      place("GitHub CLI manual, gh auth login", "https://cli.github.com/manual/gh_auth_login", "~/.config/gh/hosts.yml"),
      place("GitLab documentation, GitLab CLI", "https://docs.gitlab.com/cli/", "~/.config/glab-cli/**"),
      place("git-credential-store(1), FILES", "https://git-scm.com/docs/git-credential-store#FILES", "~/.git-credentials", "~/.config/git/credentials"),
      place("GNU inetutils manual, The .netrc file", "https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html", "~/.netrc"),
      place("PostgreSQL documentation, The Password File", "https://www.postgresql.org/docs/current/libpq-pgpass.html", "~/.pgpass"),
      place("Vault documentation, Token helpers", "https://developer.hashicorp.com/vault/docs/commands/token-helper", "~/.vault-token"),
      place("dotenv documentation", "https://github.com/motdotla/dotenv#readme", ".env", ".env.*"),
      PASS, ONEPASSWORD, BITWARDEN, GNOME, KWALLET,
    ],
    except: ["~/.ssh", "~/.ssh/known_hosts", "~/.ssh/config", "~/.ssh/*.pub", ".env.example", ".env.sample", ".env.template"],
    inside: ["~/.ssh/id_ed25519", "~/.aws/credentials", "${workspace}/.env", "~/.netrc"], outside: ["~/.ssh/known_hosts", "${workspace}/.env.example"],
  }),
] as const;
