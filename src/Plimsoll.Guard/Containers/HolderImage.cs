using System.Buffers.Binary;
using System.Formats.Tar;
using System.Runtime.InteropServices;

namespace Plimsoll.Guard.Containers;

/// <summary>
/// The image of the container that holds a namespace open and does nothing: one program that waits for ever, a whole ELF file of
/// some 150 bytes. Made here, so that no registry has to be asked for it.
/// </summary>
internal static class HolderImage
{
    public const string Name = "localhost/plimsoll-holder:1";
    public const string Program = "/hold";

    private const ulong address = 0x400000;
    private const int elfHeader = 64, programHeader = 56;

    /// <summary>As `docker import` and `podman import` take it.</summary>
    public static byte[] Archive()
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            using var content = new MemoryStream(Elf(RuntimeInformation.ProcessArchitecture));
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, Program[1..])
            {
                Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
                ModificationTime = DateTimeOffset.UnixEpoch,
                DataStream = content,
            });
        }
        return memory.ToArray();
    }

    /// <summary>An ELF header, one segment that is the whole file, and the code (System V ABI, gABI chapter 4).</summary>
    internal static byte[] Elf(Architecture architecture)
    {
        var (machine, code) = architecture == Architecture.Arm64 ? (183, Waiting(arm64)) : (62, waitingX64);
        var file = new byte[elfHeader + programHeader + code.Length];
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(file);
        void Half(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), (ushort)value);
        void Word(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
        void Long(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
        Half(16, 2); // ET_EXEC
        Half(18, machine);
        Word(20, 1);
        Long(24, address + elfHeader + programHeader);
        Long(32, elfHeader);
        Half(52, elfHeader);
        Half(54, programHeader);
        Half(56, 1);
        Word(elfHeader, 1); // PT_LOAD
        Word(elfHeader + 4, 5); // Read and execute.
        Long(elfHeader + 16, address);
        Long(elfHeader + 24, address);
        Long(elfHeader + 32, (ulong)file.Length);
        Long(elfHeader + 40, (ulong)file.Length);
        Long(elfHeader + 48, 0x1000);
        code.CopyTo(file.AsSpan(elfHeader + programHeader));
        return file;
    }

    /// <summary>mov eax, pause; syscall; and again.</summary>
    private static readonly byte[] waitingX64 = [0xB8, 34, 0, 0, 0, 0x0F, 0x05, 0xEB, 0xF7];

    /// <summary>x0 to x4 = 0; x8 = ppoll; svc 0; and again. There is no pause.</summary>
    private static readonly uint[] arm64 = [0xD2800000, 0xD2800001, 0xD2800002, 0xD2800003, 0xD2800004, 0xD2800928, 0xD4000001, 0x17FFFFF9];

    private static byte[] Waiting(uint[] words)
    {
        var bytes = new byte[words.Length * 4];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        return bytes;
    }
}
