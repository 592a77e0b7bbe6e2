using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Limits;

/// <summary>The limits of rate and of concurrency of a site, for each client.</summary>
/// <param name="number">Of the site: rules of different sites are counted apart.</param>
internal sealed class LoadLimits(IReadOnlyList<LoadOptions> options, ClientTable clients, int number)
{
    public const int MostRules = 32;
    private readonly (byte[] Path, LoadOptions Options)[] rules = [.. options.Take(MostRules).Select(one => (Encoding.ASCII.GetBytes(one.Path), one))];

    /// <param name="entered">For <see cref="Leave"/>.</param>
    public Verdict Enter(UInt128 client, ReadOnlySpan<byte> path, out uint entered)
    {
        entered = 0;
        for (var i = 0; i < rules.Length; i++)
        {
            var (prefix, rule) = rules[i];
            if (!RoutePath.IsBeneath(path, prefix)) continue;
            if (rule.PerSecond > 0 && !clients.TryTake(client, Rate(i), rule.PerSecond, rule.Burst, Environment.TickCount64)) return new(Reason.RateLimited, Part.Target, 0, i + 1);
            if (rule.AtOnce == 0) continue;
            if (!clients.TryEnter(client, Concurrency(i), rule.AtOnce)) return new(Reason.TooManyAtOnce, Part.Target, 0, i + 1);
            entered |= 1u << i;
        }
        return default;
    }

    public void Leave(UInt128 client, uint entered)
    {
        for (var i = 0; entered != 0; i++, entered >>= 1)
            if ((entered & 1) != 0) clients.Leave(client, Concurrency(i));
    }

    private int Rate(int rule) => 1 + (number * MostRules + rule) * 2;

    private int Concurrency(int rule) => Rate(rule) + 1;
}
