using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.Tests.Transports;

/// <summary>An authority that OpenSSL keeps in a folder: it signs certificates, takes them back and writes lists of those.</summary>
internal sealed class Authority
{
    private readonly string folder;

    /// <param name="signer">Whose key signs its certificate; null for its own.</param>
    public Authority(string folder, string name, Authority? signer = null, string key = "ec -pkeyopt ec_paramgen_curve:prime256v1")
    {
        (this.folder, Name) = (folder, name);
        File.WriteAllText(Path.Combine(folder, name + ".ext"), "[authority]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n");
        File.WriteAllText(Path.Combine(folder, name + ".cnf"), $"""
            [ca]
            default_ca = own
            [own]
            database = {name}.txt
            crlnumber = {name}.number
            certificate = {name}.pem
            private_key = {name}.key
            default_md = sha256
            [delta]
            2.5.29.27 = critical,DER:020101
            """);
        File.WriteAllText(Path.Combine(folder, name + ".txt"), "");
        File.WriteAllText(Path.Combine(folder, name + ".number"), "01\n");
        Run($"req -newkey {key} -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}");
        Run($"x509 -req -in {name}.csr {(signer is null ? $"-signkey {name}.key" : $"-CA {signer.Name}.pem -CAkey {signer.Name}.key -set_serial 99")} -days 300 -extfile {name}.ext -extensions authority -out {name}.pem");
    }

    public string Name { get; }

    /// <summary>`name.pem` and `name.key` of a client.</summary>
    public void Sign(string name, string serial)
    {
        Run($"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}");
        Run($"x509 -req -in {name}.csr -CA {Name}.pem -CAkey {Name}.key -set_serial {serial} -days 200 -out {name}.pem");
    }

    public void TakeBack(string name) => Run($"ca -config {Name}.cnf -revoke {name}.pem");

    /// <summary>Its list, in PEM.</summary>
    /// <param name="options">`-crldays 30`, `-crlexts delta`.</param>
    public string List(string options = "-crldays 30")
    {
        Run($"ca -config {Name}.cnf -gencrl {options} -out {Name}.crl");
        return File.ReadAllText(Path.Combine(folder, Name + ".crl"));
    }

    private void Run(string arguments)
    {
        var (code, told) = Run(folder, "openssl", Regex.Split(arguments, " ", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.True(code == 0, $"openssl {arguments}: {told}");
    }

    public static (int Code, string Told) Run(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
