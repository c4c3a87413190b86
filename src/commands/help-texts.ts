/** What stands below the options in the help of the program and of its commands. */

export const EXAMPLES = `
Examples:
  finwait incident.pcap                    who is stuck where, and since when
  finwait timeline incident.pcap           the worst connection, step by step
  finwait timeline incident.pcap -c 7      connection 7, as Wireshark counts
  finwait explain close-wait-stuck         what a finding means and rests on
  finwait extract a.pcap -c 7 -o 7.pcapng  that connection as its own capture
  finwait a.pcap b.pcapng.gz -o all.json   a report for programs, in a file
  finwait incident.pcap --fail-on warning  for scripts: exit 1 if there is one
  finwait --join 'trace.pcap*'             rotated captures as one
  tcpdump -c 10000 -w - tcp | finwait -    a capture from standard input
  tcpdump -U -w - tcp | finwait watch -    findings while it comes in
  finwait incident.pcap --rule half-close=off \\
          --set close-wait-stuck.stuckSeconds=30

Exit codes:
  0  analysed, with findings or without
  1  a finding at or above --fail-on
  2  wrong usage or configuration, or a report that could not be written
  3  a capture or folder is not there, cannot be read or holds no capture; or a
     capture is damaged before its first frame, with --strict anywhere; all
     others are analysed and reported
  130  interrupted
`;

export const WATCH_HELP = `
A finding is told again when it becomes graver; when its connection ends, if
it is of another severity then; and as settled if it does not hold after all.

Example:
  tcpdump -i eth0 -U -w - tcp | finwait watch -

Time is that of the capture: while nothing is captured, nothing becomes stuck.

Exit codes:
  0  the capture has ended
  2  wrong usage or configuration
  3  the capture could not be read
  130  interrupted, after the summary
`;

export const EXTRACT_HELP = `
A connection comes with the ICMP errors about it, the fragments of its
datagrams, the ARP and neighbour discovery of its hosts, and with a connection
on the same ports if neither can be understood without the other. Times,
interfaces, comments and the lengths of cut frames are kept. Analysing the
extract gives the same findings as the capture gives for that connection,
unless the capture's clock was set back between its frames and those of others.

Examples:
  finwait extract a.pcap -c 7 -o 7.pcapng            connection 7
  finwait extract a.pcap -c 7,9 | tshark -r -        two, straight to tshark
  finwait extract a.pcap --finding 0 -o 0.pcapng     what finding 0 is about
  finwait extract a.pcap -c 7 --anonymize -o x.pcapng
                                                     to show to strangers

--strip-payload puts zeroes in the place of what TCP carried, also in what ICMP
errors quote, and of padding. --anonymize does so too, and maps IP addresses
with Crypto-PAn, so that hosts of one network stay in one network, and hardware
addresses. Loopback, multicast, broadcast and unspecified addresses stay. IP
options, unknown TCP options, ICMP extensions and names of interfaces go. Ports,
times, TTLs and TCP's own numbers stay: whoever has another capture of the same
traffic can recognise it by them. Frames with a layer that finwait cannot alter
are left out and counted. All checksums are made anew.
`;

export const CHECK_HELP = `
An expectation stands beside its capture, as in trace.pcap.expect.yaml. All its
parts may be left out:

  connections: 2
  findings:                       # exactly these; none; or atLeast: and these
    - rule: close-wait-stuck
      endpoint: server
    - half-close                  # the rule alone is enough
  patterns: none
  states:                         # the last state, or all of them
    - connection: 0
      client: FIN-WAIT-2
      server: [SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT]
  finalStates: { TIME-WAIT: 1, FIN-WAIT-2: 1, CLOSE-WAIT: 1, CLOSED: 1 }
  separate: [vlan]                # as --separate of analyze

Examples:
  finwait check --init captures/        start expectations: read them, keep them
  finwait check captures/               exit 1 if a capture shows something else
  finwait check --update captures/      take what is shown now for right
  finwait check captures/ -f junit -o results.xml

Exit codes:
  0  all as expected
  1  something is not
  2  wrong usage or expectation, or a result that could not be written
  3  a capture or folder is not there, cannot be read or holds no capture
`;
