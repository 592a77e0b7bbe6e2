using Plimsoll.Scan.Applications.Known;

namespace Plimsoll.Scan.Tests.Applications;

public sealed class KnownTests
{
    [Fact]
    public void Every_known_application_is_listed_once_and_in_order()
    {
        var types = typeof(IKnownApplication).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IKnownApplication))).Select(type => type.Name).Order(StringComparer.Ordinal);
        Assert.Equal(types, All.Applications.Select(known => known.GetType().Name));
        Assert.Equal(All.Applications.Count, All.Applications.Select(known => known.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("nginx", "/etc/nginx/nginx.conf:include mime.types; /etc/nginx/mime.types: /etc/nginx/conf.d/b.conf: /etc/nginx/conf.d/a.conf:", "/etc/nginx/nginx.conf /etc/nginx/mime.types")]
    [InlineData("nginx", "/etc/nginx/nginx.conf:include /etc/nginx/conf.d/*.conf; /etc/nginx/conf.d/b.conf: /etc/nginx/conf.d/a.conf:include ../x; /etc/nginx/x:", "/etc/nginx/nginx.conf /etc/nginx/conf.d/a.conf /etc/nginx/conf.d/b.conf")]
    [InlineData("nginx -c /srv/n.conf", "/etc/nginx/nginx.conf: /srv/n.conf:include n.conf;", "/srv/n.conf")]
    [InlineData("nginx -p /srv", "/srv/conf/nginx.conf: /etc/nginx/nginx.conf:", "/srv/conf/nginx.conf")]
    [InlineData("postgres -D /pg", "/pg/postgresql.conf:include_dir='conf.d' /pg/conf.d/1.conf: /pg/pg_hba.conf:", "/pg/postgresql.conf /pg/conf.d/1.conf /pg/pg_hba.conf")]
    [InlineData("postgres -c config_file=/c.conf", "/c.conf: /pg_hba.conf:", "/c.conf /pg_hba.conf")]
    [InlineData("postgres", "/etc/postgresql/15/main/postgresql.conf: /etc/postgresql/15/main/pg_hba.conf:", "/etc/postgresql/15/main/postgresql.conf /etc/postgresql/15/main/pg_hba.conf")]
    [InlineData("redis-server /etc/r.conf --port 1", "/etc/r.conf:include /etc/s.conf /etc/s.conf:", "/etc/r.conf /etc/s.conf")]
    [InlineData("redis-server --port 1", "/etc/redis/redis.conf:", "")]
    [InlineData("haproxy -f /h -f /i.cfg", "/h/b.cfg: /h/a.cfg: /h/c.txt: /i.cfg:", "/h/a.cfg /h/b.cfg /i.cfg")]
    [InlineData("apache2 -DFOREGROUND", "/etc/apache2/apache2.conf:IncludeOptional mods-enabled/*.conf /etc/apache2/mods-enabled/a.conf:", "/etc/apache2/apache2.conf /etc/apache2/mods-enabled/a.conf")]
    [InlineData("httpd -d /s -f h.conf", "/s/h.conf:", "/s/h.conf")]
    [InlineData("mariadbd", "/etc/mysql/my.cnf:!includedir /etc/mysql/conf.d /etc/mysql/conf.d/z.cnf: /etc/mysql/conf.d/z.txt:", "/etc/mysql/my.cnf /etc/mysql/conf.d/z.cnf")]
    [InlineData("mysqld --defaults-file=/m.cnf", "/etc/my.cnf: /m.cnf:", "/m.cnf")]
    [InlineData("sshd -D", "/etc/ssh/sshd_config:Include /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config.d/a.conf:", "/etc/ssh/sshd_config /etc/ssh/sshd_config.d/a.conf")]
    [InlineData("memcached -m 64", "/etc/memcached.conf:", "")]
    [InlineData("php-fpm8.2 -F", "/etc/php/8.2/fpm/php-fpm.conf:include=/etc/php/8.2/fpm/pool.d/*.conf /etc/php/8.2/fpm/pool.d/www.conf: /etc/php/8.2/fpm/php.ini:", "/etc/php/8.2/fpm/php.ini /etc/php/8.2/fpm/php-fpm.conf /etc/php/8.2/fpm/pool.d/www.conf")]
    [InlineData("rabbitmq-server", "/etc/rabbitmq/rabbitmq.conf: /etc/rabbitmq/conf.d/1.conf: /etc/rabbitmq/enabled_plugins:", "/etc/rabbitmq/rabbitmq.conf /etc/rabbitmq/conf.d/1.conf /etc/rabbitmq/enabled_plugins")]
    public void Finds_the_configuration_that_the_command_reads(string command, string files, string expected)
    {
        using var image = new TestImage();
        var words = command.Split(' ');
        image.Run(words).Elf("/usr/sbin/" + words[0]);
        // `path:first line`, blanks inside the line belong to it until the next word that is a path with a colon.
        var path = "";
        foreach (var word in files.Split(' '))
        {
            var colon = word.StartsWith('/') ? word.IndexOf(':', StringComparison.Ordinal) : -1;
            if (colon > 0) image.Text(path = word[..colon], word[(colon + 1)..]);
            else image.Text(path, File.ReadAllText(image.Root + path) + " " + word);
        }
        Assert.Equal(expected, string.Join(' ', image.Identify().Applications.Single().ConfigFiles));
    }
}
