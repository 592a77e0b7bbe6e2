namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>Something of a repository could not be had; the message is a clause.</summary>
internal sealed class RepositoryException(string message) : Exception(message);

/// <summary>
/// The files of a repository that an image configures. Those with http addresses are asked with TLS first, and without only
/// where that does not work, which is then said: package managers check signatures, we do not.
/// </summary>
internal sealed class Repository(Uri root, Asking asking)
{
    /// <summary>Null until something was fetched.</summary>
    private Uri? working;

    /// <param name="path">Below the repository's address.</param>
    /// <param name="sha256">Where it is known before.</param>
    /// <returns>Null only when it may be absent and is.</returns>
    /// <exception cref="RepositoryException">It cannot be had.</exception>
    public Stream? Open(string path, long limit, TimeSpan maxAge, string? sha256, bool mayBeAbsent = false)
    {
        Failure? failure = null;
        foreach (var place in working is not null ? [working] : Places())
        {
            (var content, failure) = asking.Getter.Get(new Wanted(new Uri(place, path), limit, maxAge) { Sha256 = sha256, MayBePlain = true });
            if (content is null) continue; // What the last place says is told below.
            if (working is null && place.Scheme == Uri.UriSchemeHttp && !place.IsLoopback)
                asking.Note($"{place.Authority} was asked without TLS, and signatures of repositories are not checked: whoever stands between can hide an update.");
            working = place;
            return content;
        }
        return failure!.IsAbsent && mayBeAbsent ? null : throw new RepositoryException(failure.IsAbsent ? $"{path}: {failure.Reason}" : failure.Reason);
    }

    private IEnumerable<Uri> Places()
    {
        if (root.Scheme == Uri.UriSchemeHttp && root.IsDefaultPort && !root.IsLoopback) yield return new UriBuilder(root) { Scheme = Uri.UriSchemeHttps, Port = -1 }.Uri;
        yield return root;
    }
}
