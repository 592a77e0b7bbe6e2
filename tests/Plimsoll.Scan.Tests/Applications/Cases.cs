namespace Plimsoll.Scan.Tests.Applications;

/// <summary>An image in the manner of a real one, and what `docker run` would end in.</summary>
/// <param name="Expect">Applications as `name@version user: command`, joined by ` + `; or the note when there is none.</param>
internal sealed record ImageCase(string Title, Func<TestImage, TestImage> Build, string Expect)
{
    public override string ToString() => Title;
}

internal static class Cases
{
    private const string NginxEntry = """
        #!/bin/sh
        set -e
        say() { if [ -z "${QUIET:-}" ]; then echo "$@"; fi; }
        if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
            if find "/hooks.d/" -mindepth 1 -type f -print -quit 2>/dev/null | read v; then
                say "$0: hooks are there"
                find "/hooks.d/" -type f | sort -V | while read -r f; do
                    case "$f" in
                        *.envsh) . "$f" ;;
                        *.sh) if [ -x "$f" ]; then "$f"; else say "ignored $f"; fi ;;
                        *) say "ignored $f" ;;
                    esac
                done
            else
                say "no hooks"
            fi
        fi
        exec "$@"
        """;

    private const string PostgresEntry = """
        #!/usr/bin/env bash
        set -Eeo pipefail
        is_sourced() { [ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[0]}" = 'is_sourced' ] && [ "${FUNCNAME[1]}" = 'source' ]; }
        read_secret() {
            local var="$1" fileVar="${1}_FILE" def="${2:-}"
            if [ "${!var:-}" ] && [ "${!fileVar:-}" ]; then
                printf >&2 'error: both %s and %s\n' "$var" "$fileVar"
                exit 1
            fi
            local val="$def"
            if [ "${!var:-}" ]; then val="${!var}"; elif [ "${!fileVar:-}" ]; then val="$(< "${!fileVar}")"; fi
            export "$var"="$val"
            unset "$fileVar"
        }
        setup_env() {
            read_secret 'POSTGRES_PASSWORD'
            read_secret 'POSTGRES_USER' 'postgres'
            declare -g READY
            : "${READY:=}"
            if [ -s "$PGDATA/PG_VERSION" ]; then READY='true'; fi
        }
        check_env() {
            if [ -z "$POSTGRES_PASSWORD" ] && [ 'trust' != "$POSTGRES_HOST_AUTH_METHOD" ]; then
                cat >&2 <<-'EOE'
        		a password "is" needed; don't start (yet
        		EOE
                exit 1
            fi
        }
        wants_help() { local arg; for arg; do case "$arg" in -'?'|--help|--describe-config|-V|--version) return 0 ;; esac; done; return 1; }
        main() {
            if [ "${1:0:1}" = '-' ]; then set -- postgres "$@"; fi
            if [ "$1" = 'postgres' ] && ! wants_help "$@"; then
                setup_env
                mkdir -p "$PGDATA"
                if [ "$(id -u)" = '0' ]; then exec gosu postgres "$BASH_SOURCE" "$@"; fi
                if [ -z "$READY" ]; then
                    check_env
                    ls /hooks.d/ > /dev/null
                    eval 'initdb --username="$POSTGRES_USER" '"$POSTGRES_INITDB_ARGS"' "$@"'
                    PGUSER="${PGUSER:-$POSTGRES_USER}" pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@")" -w start
                    pg_ctl -D "$PGDATA" -m fast -w stop
                fi
            fi
            exec "$@"
        }
        if ! is_sourced; then
            main "$@"
        fi
        """;

    private const string RedisEntry = """
        #!/bin/sh
        set -e
        # a flag or a file: it is for the server
        if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
        	set -- redis-server "$@"
        fi
        if [ "$1" = 'redis-server' -a "$(id -u)" = '0' ]; then
        	find . \! -user redis -exec chown redis '{}' +
        	exec gosu redis "$0" "$@"
        fi
        um="$(umask)"
        if [ "$um" = '0022' ]; then umask 0077; fi
        exec "$@"
        """;

    private const string MysqlEntry = """
        #!/bin/bash
        set -eo pipefail
        shopt -s nullglob
        log() { local type="$1"; shift; local text="$*"; if [ "$#" -eq 0 ]; then text="$(cat)"; fi; printf '%s [%s]: %s\n' "$(date)" "$type" "$text"; }
        fail() { log ERROR "$@" >&2; exit 1; }
        check_config() {
            local toRun=( "$@" --verbose --help ) errors
            if ! errors="$("${toRun[@]}" 2>&1 >/dev/null)"; then fail $'it does not start\n\t'"$errors"; fi
        }
        get_config() { local conf="$1"; shift; "$@" --verbose --help 2>/dev/null | awk -v conf="$conf" '$1 == conf && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'; }
        SERVER=mysqld
        start_temporary() {
            "$@" --skip-networking --socket="${SOCKET}" &
            PID=$!
            local i
            for i in {30..0}; do if ping_it <<<'SELECT 1' &> /dev/null; then break; fi; sleep 1; done
            if [ "$i" = 0 ]; then fail "no answer"; fi
        }
        main() {
            if [ "${1:0:1}" = '-' ]; then set -- $SERVER "$@"; fi
            if [ "$1" = "$SERVER" ]; then
                check_config "$@"
                DATADIR="$(get_config 'datadir' "$@")"
                SOCKET="$(get_config 'socket' "$@")"
                if [ "$(id -u)" = "0" ]; then
                    log Note "switching"
                    exec gosu mysql "$BASH_SOURCE" "$@"
                fi
                if [ ! -d "$DATADIR/mysql" ]; then
                    if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD" ]; then fail "a password is needed"; fi
                    start_temporary "$@"
                    kill "$PID"; wait "$PID"
                fi
            fi
            exec "$@"
        }
        main "$@"
        """;

    private const string PhpEntry = """
        #!/bin/sh
        set -e
        # first arg is -f or --some-option
        if [ "${1#-}" != "$1" ]; then
        	set -- php "$@"
        fi
        exec "$@"
        """;

    private const string NodeEntry = """
        #!/bin/sh
        set -e
        if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
          set -- node "$@"
        fi
        exec "$@"
        """;

    public static readonly IReadOnlyList<ImageCase> All =
    [
        new("nginx with hooks", i => i.Run("/docker-entrypoint.sh").Cmd("nginx", "-g", "daemon off;").Script("/docker-entrypoint.sh", NginxEntry).Elf("/usr/sbin/nginx").Owned("/usr/sbin/nginx", "deb", "nginx-core", "1.22.1-9+deb12u1", "nginx"),
            "nginx@1.22.1 : nginx -g daemon off;"),
        new("nginx debug program", i => i.Run("/e.sh").Cmd("nginx-debug", "-g", "daemon off;").Script("/e.sh", NginxEntry).Elf("/usr/sbin/nginx-debug").Env("NGINX_VERSION=1.27.0"),
            "nginx@1.27.0 : nginx-debug -g daemon off;"),
        new("postgres drops to its user by starting itself", i => i.Run("docker-entrypoint.sh").Cmd("postgres").Script("/usr/local/bin/docker-entrypoint.sh", PostgresEntry).Elf("/usr/lib/postgresql/16/bin/postgres", "/usr/local/bin/gosu").Env("PATH=/usr/local/bin:/usr/bin:/usr/lib/postgresql/16/bin", "PGDATA=/var/lib/postgresql/data", "PG_VERSION=16.2-1.pgdg120+2").Text("/etc/passwd", "root:x:0:0::/root:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/bash\n"),
            "postgresql@16.2 postgres: postgres"),
        new("postgres with only a flag", i => i.Run("docker-entrypoint.sh").Cmd("-c", "max_connections=5").Script("/usr/local/bin/docker-entrypoint.sh", PostgresEntry).Elf("/usr/bin/postgres").User("999").Env("PGDATA=/d"),
            "postgresql@? 999: postgres -c max_connections=5"),
        new("redis", i => i.Run("docker-entrypoint.sh").Cmd("redis-server").Script("/usr/local/bin/docker-entrypoint.sh", RedisEntry).Elf("/usr/local/bin/redis-server", "/usr/local/bin/gosu").Env("REDIS_VERSION=7.2.4").Text("/etc/passwd", "redis:x:999:999::/data:/bin/sh\n"),
            "redis@7.2.4 redis: redis-server"),
        new("redis with a file", i => i.Run("docker-entrypoint.sh").Cmd("/etc/redis.conf").User("redis").Script("/usr/local/bin/docker-entrypoint.sh", RedisEntry).Elf("/usr/local/bin/redis-server").Text("/etc/passwd", "redis:x:999:999::/data:/bin/sh\n"),
            "redis@? redis: redis-server /etc/redis.conf"),
        new("mysql has a passing server first", i => i.Run("entry.sh").Cmd("mysqld").Script("/usr/local/bin/entry.sh", MysqlEntry).Elf("/usr/sbin/mysqld", "/usr/local/bin/gosu").Env("MYSQL_VERSION=8.4.0-1.el9").Text("/etc/passwd", "mysql:x:999:999::/var/lib/mysql:/bin/sh\n"),
            "mysql@8.4.0 mysql: mysqld"),
        new("mariadb", i => i.Run("entry.sh").Cmd("--port=3307").Script("/usr/local/bin/entry.sh", MysqlEntry.Replace("SERVER=mysqld", "SERVER=mariadbd", StringComparison.Ordinal)).Elf("/usr/sbin/mariadbd", "/usr/local/bin/gosu").Text("/etc/passwd", "mysql:x:999:999::/var/lib/mysql:/bin/sh\n").Owned("/usr/sbin/mariadbd", "deb", "mariadb-server", "1:10.11.6-0+deb12u1", "mariadb"),
            "mariadb@10.11.6 mysql: mariadbd --port=3307"),
        new("httpd", i => i.Cmd("httpd-foreground").Script("/usr/local/bin/httpd-foreground", "#!/bin/sh\nset -e\nrm -f /usr/local/apache2/logs/httpd.pid\nexec httpd -DFOREGROUND \"$@\"\n").Elf("/usr/local/apache2/bin/httpd").Env("PATH=/usr/local/apache2/bin:/usr/local/bin:/bin", "HTTPD_VERSION=2.4.59"),
            "apache-httpd@2.4.59 : httpd -DFOREGROUND"),
        new("php with apache", i => i.Run("docker-php-entrypoint").Cmd("apache2-foreground").Script("/usr/local/bin/docker-php-entrypoint", PhpEntry).Script("/usr/local/bin/apache2-foreground", "#!/bin/bash\nset -e\n: \"${APACHE_CONFDIR:=/etc/apache2}\"\n: \"${APACHE_ENVVARS:=$APACHE_CONFDIR/envvars}\"\nif test -f \"$APACHE_ENVVARS\"; then\n. \"$APACHE_ENVVARS\"\nfi\n: \"${APACHE_PID_FILE:=${APACHE_RUN_DIR:=/var/run/apache2}/apache2.pid}\"\nrm -f \"$APACHE_PID_FILE\"\nfor e in \"${!APACHE_@}\"; do\nif [[ \"$e\" == *_DIR ]] && [[ \"${!e}\" == /* ]]; then\n dir=\"${!e}\"; while [ \"$dir\" != \"$(dirname \"$dir\")\" ]; do dir=\"$(dirname \"$dir\")\"; if [ -d \"$dir\" ]; then break; fi; done\nfi\ndone\nexec apache2 -DFOREGROUND \"$@\"\n").Elf("/usr/sbin/apache2").Owned("/usr/sbin/apache2", "deb", "apache2-bin", "2.4.57-2", "apache2"),
            "apache-httpd@2.4.57 : apache2 -DFOREGROUND"),
        new("php-fpm", i => i.Run("docker-php-entrypoint").Cmd("php-fpm").Script("/usr/local/bin/docker-php-entrypoint", PhpEntry).Elf("/usr/local/sbin/php-fpm").Env("PHP_VERSION=8.3.6"),
            "php-fpm@8.3.6 : php-fpm"),
        new("php-fpm of Debian", i => i.Cmd("php-fpm8.2", "-F").Elf("/usr/sbin/php-fpm8.2").Owned("/usr/sbin/php-fpm8.2", "deb", "php8.2-fpm", "8.2.7-1~deb12u1", "php8.2"),
            "php-fpm@8.2.7 : php-fpm8.2 -F"),
        new("node server", i => i.Run("docker-entrypoint.sh").Cmd("node", "server.js").In("/app").Script("/usr/local/bin/docker-entrypoint.sh", NodeEntry).Elf("/usr/local/bin/node").Text("/app/server.js", "").Text("/app/package.json", """{"name":"shop","version":"2.1.0"}"""),
            "shop@2.1.0 : node server.js"),
        new("node by a script's name only", i => i.Run("docker-entrypoint.sh").Cmd("server.js").In("/app").Script("/usr/local/bin/docker-entrypoint.sh", NodeEntry).Elf("/usr/local/bin/node").Text("/app/server.js", ""),
            "server.js@? : node server.js"),
        new("npm start", i => i.Cmd("npm", "start").In("/srv").Text("/srv/package.json", """{"name":"api","version":"0.3.0","scripts":{"start":"NODE_ENV=production node dist/main"}}""").Text("/srv/dist/main.js", ""),
            "api@0.3.0 : node dist/main"),
        new("npm runs a dependency's program", i => i.Cmd("npm", "run", "serve").In("/srv").Text("/srv/package.json", """{"name":"site","version":"1.0.0","scripts":{"serve":"next start -p 80"}}""").Script("/srv/node_modules/next/bin/next.js", "#!/usr/bin/env node\n").Text("/srv/node_modules/next/package.json", """{"name":"next","version":"14.0.0"}""").Link("/srv/node_modules/.bin/next", "../next/bin/next.js"),
            "site@1.0.0 : node /srv/node_modules/next/bin/next.js start -p 80"),
        new("npm without that script", i => i.Cmd("npm", "run", "x").In("/srv").Text("/srv/package.json", "{}"),
            "The container starts `npm run x`, but no package.json in /srv has a script `x`."),
        new("python script", i => i.Cmd("python3", "-u", "/opt/bot.py").Text("/opt/bot.py", ""), "bot.py@? : python3 -u /opt/bot.py"),
        new("python module", i => i.Cmd("python", "-m", "collector.main", "--once").In("/opt").Text("/opt/collector/main.py", ""), "collector@? : python -m collector.main --once"),
        new("gunicorn", i => i.Cmd("gunicorn", "--bind", "0.0.0.0:8000", "-w", "4", "mysite.wsgi:application").In("/code").Text("/code/mysite/wsgi.py", ""), "mysite@? : gunicorn --bind 0.0.0.0:8000 -w 4 mysite.wsgi:application"),
        new("migration, then uvicorn in shell form", i => i.Cmd("/bin/sh", "-c", "python manage.py migrate && uvicorn shop.asgi:app --host 0.0.0.0 --port ${PORT:-8000}").In("/code").Text("/code/shop/asgi.py", ""), "shop@? : uvicorn shop.asgi:app --host 0.0.0.0 --port 8000"),
        new("jar", i => i.Cmd("java", "-Xmx1g", "-jar", "/app/orders-1.4.2.jar").Text("/app/orders-1.4.2.jar", "PK"), "orders@1.4.2 : java -Xmx1g -jar /app/orders-1.4.2.jar"),
        new("jar in shell form with options", i => i.Run("sh", "-c", "exec java $JAVA_OPTS -jar app.jar").In("/app").Env("JAVA_OPTS=-Xss1m -Da=b").Text("/app/app.jar", "PK"), "app@? : java -Xss1m -Da=b -jar app.jar"),
        new("class path", i => i.Cmd("java", "-cp", "/app/lib.jar:/app/x.jar", "org.example.Main").Text("/app/lib.jar", "PK"), "Main@? : java -cp /app/lib.jar:/app/x.jar org.example.Main"),
        new("dotnet", i => i.Run("dotnet", "Shop.Web.dll").In("/app").Text("/app/Shop.Web.dll", "MZ"), "Shop.Web.dll@? : dotnet Shop.Web.dll"),
        new("tomcat", i => i.Cmd("catalina.sh", "run").Env("PATH=/usr/local/tomcat/bin:/bin", "CATALINA_HOME=/usr/local/tomcat", "TOMCAT_VERSION=10.1.20").Script("/usr/local/tomcat/bin/catalina.sh", "#!/bin/sh\n"), "tomcat@10.1.20 : catalina.sh run"),
        new("rabbitmq", i => i.Run("docker-entrypoint.sh").Cmd("rabbitmq-server").Text("/etc/passwd", "rabbitmq:x:999:999::/var/lib/rabbitmq:/bin/sh\n").Script("/opt/rabbitmq/sbin/rabbitmq-server", "#!/bin/sh\n").Env("PATH=/opt/rabbitmq/sbin:/usr/local/bin:/bin", "RABBITMQ_VERSION=3.13.1").Script("/usr/local/bin/docker-entrypoint.sh", "#!/bin/bash\nset -euo pipefail\nif [[ \"$1\" == rabbitmq* ]] && [ \"$(id -u)\" = '0' ]; then\nif [ \"$1\" = 'rabbitmq-server' ]; then find /var/lib/rabbitmq \\! -user rabbitmq -exec chown rabbitmq '{}' +; fi\nexec gosu rabbitmq \"$BASH_SOURCE\" \"$@\"\nfi\nold=(\nA_FILE\nB_FILE\n)\nhas=\nfor v in \"${old[@]}\"; do if [ -n \"${!v:-}\" ]; then echo >&2 \"no $v\"; has=1; fi; done\nif [ -n \"$has\" ]; then exit 1; fi\nexec \"$@\"\n"), "rabbitmq@3.13.1 rabbitmq: rabbitmq-server"),
        new("memcached", i => i.Run("e.sh").Cmd("memcached").User("memcache").Script("/usr/local/bin/e.sh", "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ]; then\nset -- memcached \"$@\"\nfi\nexec \"$@\"\n").Elf("/usr/local/bin/memcached"), "memcached@? memcache: memcached"),
        new("haproxy", i => i.Run("e.sh").Cmd("haproxy", "-f", "/etc/haproxy.cfg").Script("/usr/local/bin/e.sh", "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ]; then\nset -- haproxy \"$@\"\nfi\nif [ \"$1\" = 'haproxy' ]; then\nshift\nset -- haproxy -W -db \"$@\"\nfi\nexec \"$@\"\n").Elf("/usr/local/sbin/haproxy"), "haproxy@? : haproxy -W -db -f /etc/haproxy.cfg"),
        new("traefik asks the program itself", i => i.Run("/entrypoint.sh").Cmd("traefik").Script("/entrypoint.sh", "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ]; then set -- traefik \"$@\"; fi\nif traefik \"$1\" --help >/dev/null 2>&1\nthen set -- traefik \"$@\"\nelse echo \"= '$1' is not a command\" 1>&2\nfi\nexec \"$@\"\n").Elf("/usr/local/bin/traefik"), "traefik@? : traefik …"),
        new("wordpress", i => i.Run("e.sh").Cmd("php-fpm").Elf("/usr/local/sbin/php-fpm").Script("/usr/local/bin/e.sh", "#!/usr/bin/env bash\nset -Eeuo pipefail\nif [[ \"$1\" == apache2* ]] || [ \"$1\" = 'php-fpm' ]; then\nuid=\"$(id -u)\"; gid=\"$(id -g)\"\nif [ \"$uid\" = '0' ]; then\ncase \"$1\" in\napache2*) user=\"${APACHE_RUN_USER:-www-data}\"; pound='#'; user=\"${user#$pound}\" ;;\n*) user='www-data' ;;\nesac\nelse user=\"$uid\"; fi\nif [ ! -e index.php ] && [ ! -e wp-includes/version.php ]; then\nsourceTar=( tar --create --file - ); for p in /usr/src/wordpress/*/; do sourceTar+=( \"$p\" ); done\n\"${sourceTar[@]}\" . | tar -x\nfi\nfi\nexec \"$@\"\n"), "php-fpm@? : php-fpm"),
        new("ghost", i => i.Run("e.sh").Cmd("node", "current/index.js").In("/var/lib/ghost").Text("/etc/passwd", "node:x:1000:1000::/home/node:/bin/sh\n").Text("/var/lib/ghost/versions/5.82.2/index.js", "").Text("/var/lib/ghost/versions/5.82.2/package.json", """{"name":"ghost","version":"5.82.2"}""").Link("/var/lib/ghost/current", "/var/lib/ghost/versions/5.82.2").Script("/usr/local/bin/e.sh", "#!/bin/bash\nset -e\nif [[ \"$*\" == node*current/index.js* ]] && [ \"$(id -u)\" = '0' ]; then\nfind \"$GHOST_CONTENT\" \\! -user node -exec chown node '{}' +\nexec gosu node \"$BASH_SOURCE\" \"$@\"\nfi\nif [[ \"$*\" == node*current/index.js* ]]; then\nbase=\"$GHOST_INSTALL/content.orig\"\nfor src in \"$base\"/*/ \"$base\"/themes/*; do src=\"${src%/}\"; target=\"$GHOST_CONTENT/${src#$base/}\"; mkdir -p \"$(dirname \"$target\")\"; done\nfi\nexec \"$@\"\n").Env("GHOST_INSTALL=/var/lib/ghost", "GHOST_CONTENT=/var/lib/ghost/content"), "ghost@5.82.2 node: node current/index.js"),
        new("grafana", i => i.Run("/run.sh").User("472").Elf("/usr/share/grafana/bin/grafana").Env("PATH=/usr/share/grafana/bin:/usr/bin", "GF_PATHS_HOME=/usr/share/grafana").Script("/run.sh", "#!/bin/bash -e\nPERMISSIONS_OK=0\nif [ ! -r \"$GF_PATHS_CONFIG\" ]; then echo \"not readable\"; PERMISSIONS_OK=1; fi\nif [ ! -z \"${GF_AWS_PROFILES+x}\" ]; then\n> \"$GF_PATHS_HOME/.aws/credentials\"\nfi\nfor VAR in $(env); do if [[ $VAR =~ ^GF_[^=]+__FILE=.+ ]]; then export \"${VAR%%=*}\"=x; fi; done\nexport HOME=\"$GF_PATHS_HOME\"\nexec grafana server --homepath=\"$GF_PATHS_HOME\" \"$@\"\n"), "grafana@? 472: grafana server --homepath=/usr/share/grafana"),
        new("tini and a flag", i => i.Run("/sbin/tini", "-g", "--", "/usr/bin/thing", "-v").Elf("/usr/bin/thing"), "thing@? : /usr/bin/thing -v"),
        new("dumb-init, setpriv, env, nice", i => i.Run("dumb-init", "-r", "15:3", "setpriv", "--reuid=app", "--clear-groups", "env", "A=b", "nice", "-n", "5", "thing").Elf("/usr/bin/thing"), "thing@? app: thing"),
        new("su with a text", i => i.Run("su", "-s", "/bin/sh", "app", "-c", "exec thing --run").Elf("/usr/bin/thing"), "thing@? app: thing --run"),
        new("sudo and timeout", i => i.Run("sudo", "-u", "app", "X=1", "timeout", "-k", "5", "10", "thing").Elf("/usr/bin/thing"), "thing@? app: thing"),
        new("link of alternatives", i => i.Cmd("editor").Elf("/usr/bin/vim.basic").Link("/etc/alternatives/editor", "/usr/bin/vim.basic").Link("/usr/bin/editor", "/etc/alternatives/editor").Owned("/usr/bin/vim.basic", "deb", "vim", "2:9.0.1378-2", "vim"), "vim@9.0.1378 : editor"),
        new("relative to the working folder", i => i.Cmd("./bin/serve").In("/opt/x").Elf("/opt/x/bin/serve"), "serve@? : ./bin/serve"),
        new("script that ends in a plain command", i => i.Run("/start.sh").Script("/start.sh", "#!/bin/sh\ncp /a /b\nthing --serve \"a b\"\n").Elf("/usr/bin/thing"), "thing@? : thing --serve a b"),
        new("two in the background and wait", i => i.Run("/start.sh").Script("/start.sh", "#!/bin/bash\nphp-fpm -F &\nnginx -g 'daemon off;' &\nwait -n\nexit $?\n").Elf("/usr/sbin/nginx", "/usr/sbin/php-fpm"), "nginx@? : nginx -g daemon off; + php-fpm@? : php-fpm -F"),
        new("a daemon, then another", i => i.Run("/start.sh").Script("/start.sh", "#!/bin/sh\nservice nginx start\nexec php-fpm -F\n").Elf("/usr/sbin/nginx", "/usr/sbin/php-fpm"), "php-fpm@? : php-fpm -F + nginx@? : nginx"),
        new("a daemon, then tail", i => i.Run("/start.sh").Script("/start.sh", "#!/bin/sh\nnginx\ntail -f /var/log/nginx/access.log\n").Elf("/usr/sbin/nginx"), "nginx@? : nginx"),
        new("supervisord", i => i.Cmd("supervisord", "-n", "-c", "/etc/sup.conf").Text("/etc/sup.conf", "[supervisord]\nnodaemon=true\n[program:web]\ncommand=nginx -g \"daemon off;\" ; the web\n[program:php]\ncommand=/usr/sbin/php-fpm -F\nuser=www\n[program:off]\ncommand=memcached\nautostart=false\n[include]\nfiles = sup.d/*.conf\n").Text("/etc/sup.d/r.conf", "[program:r]\ncommand=redis-server --port %(ENV_P)s\n").Env("P=6380").Elf("/usr/sbin/nginx", "/usr/sbin/php-fpm", "/usr/bin/redis-server", "/usr/bin/memcached"), "nginx@? : nginx -g daemon off; + php-fpm@? www: /usr/sbin/php-fpm -F + redis@? : redis-server --port 6380"),
        new("s6-overlay", i => i.Run("/init").Elf("/init", "/usr/bin/thing", "/usr/sbin/nginx").Script("/etc/services.d/thing/run", "#!/usr/bin/with-contenv bash\nexec s6-setuidgid abc thing --nobrowser\n").Text("/etc/s6-overlay/s6-rc.d/web/type", "longrun\n").Script("/etc/s6-overlay/s6-rc.d/web/run", "#!/command/execlineb -P\n# the web\nwith-contenv\ns6-setuidgid www\nnginx -g \"daemon off;\"\n"), "nginx@? www: nginx -g daemon off; + thing@? abc: thing --nobrowser"),
        new("systemd", i => i.Cmd("/sbin/init").Link("/sbin/init", "/lib/systemd/systemd").Elf("/lib/systemd/systemd", "/usr/sbin/sshd").Text("/lib/systemd/system/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n").Link("/etc/systemd/system/multi-user.target.wants/ssh.service", "/lib/systemd/system/ssh.service"), "openssh@? root: /usr/sbin/sshd -D $SSHD_OPTS"),
        new("a shell", i => i.Cmd("bash").Elf("/bin/bash"), "The image starts a shell: `bash`."),
        new("a missing program", i => i.Run("/nowhere", "x"), "The container starts `/nowhere x`, but `/nowhere` is not in the image."),
        new("no start command", i => i, "The image has no start command."),
        new("decided at run time", i => i.Run("/s.sh").Script("/s.sh", "#!/bin/sh\nX=$(date +%s)\nexec \"$X\"\n"), "What is started is decided at run time: `$(date +%s)`."),
        new("one of two", i => i.Run("/s.sh").Script("/s.sh", "#!/bin/sh\nif [ \"$(hostname)\" = a ]; then exec nginx -g 'daemon off;'; else exec haproxy -f /x; fi\n").Elf("/usr/sbin/nginx", "/usr/sbin/haproxy"), "haproxy@? : haproxy -f /x + nginx@? : nginx -g daemon off;"),
        new("role by environment", i => i.Run("/s.sh").Env("ROLE=worker").Script("/s.sh", "#!/bin/sh\ncase \"$ROLE\" in\n web) exec nginx -g 'daemon off;' ;;\n work*|x) exec memcached -m 64 ;;\n *) echo bad; exit 1 ;;\nesac\n").Elf("/usr/sbin/nginx", "/usr/bin/memcached"), "memcached@? : memcached -m 64"),
        new("a loop that starts itself", i => i.Run("/s.sh").Script("/s.sh", "#!/bin/sh\nexec \"$0\" \"$@\"\n"), "`/bin/sh /s.sh` is still a wrapper after 16 others, so it was not followed further."),
        new("broken script", i => i.Run("/s.sh").Script("/s.sh", "#!/bin/sh\nif true; then\n"), "The script /s.sh decides at run time; it could not be followed: line 3: expected `fi`, found the end."),
        new("here document and arithmetic", i => i.Run("/s.sh").Script("/s.sh", "#!/bin/bash\ncat > /etc/x <<EOF\nif then ' \" $(\nEOF\nn=$(( 1 + (2*3) ))\nif (( n > 3 )); then :; fi\nARGS=(-p \"$((n+1))\")\nARGS+=(--x)\nexec thing \"${ARGS[@]}\" \"${@:2}\"\n").Cmd("a", "b").Elf("/usr/bin/thing"), "thing@? : thing -p $((n+1)) --x b"),
    ];
}
