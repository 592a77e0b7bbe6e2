#!/usr/bin/perl
# One line for each request: what fields.lua says, and the body in hexadecimal, - for none.
binmode STDIN;
local $/;
my $body = <STDIN> // '';
exit 1 if defined $ENV{CONTENT_LENGTH} && $ENV{CONTENT_LENGTH} ne '' && length $body < $ENV{CONTENT_LENGTH};
open my $log, '>>', 'FOLDER/records' or die;
syswrite $log, "$ENV{RECORD} " . (length $body ? unpack('H*', $body) : '-') . "\n";
close $log;
my $answer = "$ENV{REQUEST_METHOD} $ENV{REQUEST_URI}\n";
print "Content-Type: text/plain\r\nContent-Length: " . length($answer) . "\r\n\r\n$answer";
