/** Names of programs that a request may use without quotes. */

/** Their first argument says what they do: `terraform apply`. */
const WITH_COMMANDS = "git npm pnpm yarn bun pip pip3 pipx poetry uv conda mamba cargo rustup gem bundle composer mvn gradle dotnet nuget podman kubectl helm minikube kind k3s terraform tofu terragrunt pulumi vagrant packer gh glab aws gcloud gsutil az doctl hcloud flyctl fly heroku vercel netlify wrangler firebase railway systemctl journalctl loginctl apt apt-get apt-cache brew snap flatpak dnf yum zypper pacman apk docker docker-compose deno rails rake mix flutter dart swift xcodebuild adb tailscale ip nmcli virsh vault consul nomad ansible ansible-playbook ansible-vault svn hg rclone s3cmd mc openssl gpg tmux npx twine invoke nox tox just task lerna nx turbo ollama hugo jekyll wp drush artisan php supabase prisma sequelize alembic flask django-admin manage.py stripe sentry-cli databricks snowsql op bw pass nix nixos-rebuild sops skaffold argocd istioctl flux kustomize eksctl kops";
const OTHERS = "bash sh zsh fish dash ksh csh tcsh python python2 python3 node nodejs perl ruby lua java javac gcc g++ clang cc tcc rustc tsc ghc cmake ninja bazel curl wget aria2c rsync scp sftp ssh mosh nc ncat netcat socat nmap masscan tcpdump ping traceroute patch wireshark tshark strace ltrace gdb lldb valgrind rm rmdir mv cp ln chmod chown chgrp dd mkfs fdisk parted mount umount sudo su doas pkexec crontab psql mysql mysqldump pg_dump sqlite3 mongosh mongo mongodump redis-cli vim vi nvim emacs nano code tar zip unzip gzip xz ffmpeg imagemagick pandoc latex pdflatex jq yq sed awk gawk grep rg ripgrep fd xargs eslint prettier ruff mypy pyright black flake8 pylint jest vitest mocha pytest phpunit rspec tox webpack vite esbuild rollup iptables nft ufw useradd usermod userdel passwd killall pkill nohup setsid unshare nsenter bwrap firejail qemu firefox chrome chromium google-chrome brave whois dig nslookup traceroute ifconfig route htop ps lsof hostname sendmail mutt xdotool scrot claude codex aider gemini cursor sqitch liquibase flyway prek ssh-add ssh-keygen ssh-copy-id gpg2 age certbot nginx apache2 httpd postgres mysqld redis-server mongod dockerd containerd systemd-run shutdown poweroff halt xmrig hashcat john hydra sqlmap metasploit msfconsole tee touch truncate shred base64 env printenv export";
/** English words as well: programs only where a program is called for. */
const ALSO_WORDS = "make go at cat find which time test watch more less cut host file install screen script look who date sort split head tail kill link tree yes true wall write nice mail service code fly op pass kind just task age black cursor touch env route export mount black john hydra brave chrome conda mix swift dart flux invoke ps claude gemini route hugo flask task";

export const PROGRAMS_WITH_COMMANDS: ReadonlySet<string> = new Set([...WITH_COMMANDS.split(" "), "go", "make"]);
export const AMBIGUOUS_PROGRAMS: ReadonlySet<string> = new Set(ALSO_WORDS.split(" "));
export const KNOWN_PROGRAMS: ReadonlySet<string> = new Set([...WITH_COMMANDS.split(" "), ...OTHERS.split(" "), ...ALSO_WORDS.split(" ")]);

/** Scripts: the program that runs is their interpreter, so that rules for who runs them go by a mark. */
export const SCRIPTS: ReadonlySet<string> = new Set("npm npx pnpm yarn yarnpkg pip pip3 pipx poetry pytest tox nox eslint prettier jest vitest mocha tsc webpack vite gem bundle rails rake rspec composer phpunit ansible ansible-playbook aws gcloud gsutil mypy ruff black flake8 pylint pre-commit twine conda firebase vercel netlify wrangler claude codex gemini".split(" "));

/** Hosts by name, which rules cannot hold yet. */
export const KNOWN_SITES: ReadonlySet<string> = new Set("github gitlab bitbucket google facebook twitter youtube reddit stackoverflow pastebin dropbox openai anthropic huggingface slack discord telegram pypi npmjs dockerhub linkedin instagram tiktok netflix amazon microsoft apple wikipedia gmail whatsapp twitch ngrok cloudflare".split(" "));

/** What programs are told to do, where the request has no quotes around the command. */
export const SUBCOMMANDS: ReadonlySet<string> = new Set((
  "install uninstall update upgrade add remove publish unpublish pack link unlink audit ci test run start stop restart build rebuild exec init login logout whoami version deprecate dedupe prune cache outdated token owner dist-tag "
  + "apply destroy plan import taint untaint state workspace validate fmt output refresh force-unlock unlock get console up down preview cancel stack "
  + "push pull fetch clone commit merge rebase reset revert checkout switch branch tag stash clean gc reflog bisect blame log diff show status remote submodule worktree cherry-pick am restore rm mv describe notes filter-branch filter-repo replace grep archive bundle "
  + "compose create rmi kill system volume network image images container containers save load swarm stack ps logs cp attach buildx inspect pause unpause rename commit history port top wait "
  + "delete edit patch scale drain cordon rollout port-forward proxy expose label annotate set auth config cluster-info top explain rollback template repo list lint dependency "
  + "enable disable mask unmask reload daemon-reload isolate poweroff reboot suspend hibernate check clippy doc fmt bench yank get mod vet generate work tool env freeze download wheel show sync lock "
  + "pr issue release repo api secret workflow gist ssh-key variable mr s3 s3api ec2 iam lambda sts configure rds eks ecs ecr cloudformation dynamodb ssm secretsmanager route53 kms sns sqs compute projects functions deploy app sql storage services vm group account webapp aks keyvault acr "
  + "purge autoremove full-upgrade dist-upgrade search dev promote domains env scale secrets machine machines launch migrate repair downgrade db server runner seed generate rotate write read kv operator "
  + "publish-packages promote kickstart serve x dlx create-app").split(" "));

/** Commands that are followed by another one, or by a name. */
export const GROUPS_OF: ReadonlySet<string> = new Set("run run-script compose exec system volume network image images container containers rollout s3 s3api ec2 iam lambda sts rds eks ecs ecr cloudformation dynamodb ssm secretsmanager route53 kms sns sqs compute projects functions app sql storage services auth config vm group account webapp aks keyvault acr pr issue release repo secret workflow gist mr stash remote submodule worktree state workspace mod npm nuget pip stack kv db token cache dist-tag owner dlx x task".split(" "));

/** Folders of projects that are called so without saying that they are folders. */
export const KNOWN_FOLDERS: ReadonlySet<string> = new Set("dist out lib public static assets examples packages apps coverage fixtures e2e benchmarks".split(" "));
