using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;
    internal static class ApplicationFinder
    {
        public static FilePattern Files => FilePattern.Nothing;
        public static Identified Identify(Image image, ImageFiles files, ImmutableArray<Package> packages, ProblemLog problems) => new([], null);
    }

    internal sealed record Identified(ImmutableArray<Application> Applications, string? Note);

