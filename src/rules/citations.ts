import type { Citation } from './finding.js';

/**
 * Every place in a source that a rule rests on, each section's number and title written once. A place stands
 * here only after it was checked against the text itself; books that were not at hand are left out. The
 * sentences are ours, never the source's.
 */

/** A document with its sections; the result cites one of them. */
function source<Section extends string>(
  name: string,
  url: (section: Section) => string,
  titles: Readonly<Record<Section, string>>,
) {
  return (section: Section, says: string, label: string | null = null): Citation => ({
    source: name,
    section,
    label,
    title: titles[section],
    url: url(section),
    says,
  });
}

/** A document that lives on one page; a place in it is an entry's or a heading's name. */
function page(name: string, title: string, url: string) {
  return (section: string, says: string): Citation => ({
    source: name,
    section,
    label: null,
    title,
    url,
    says,
  });
}

function rfc<Section extends string>(number: number, titles: Readonly<Record<Section, string>>) {
  const url = (section: Section) => `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`;
  return source(`RFC ${number}`, url, titles);
}

/** A manual page of the Linux man-pages project, checked in version 6.03. */
function manual(name: string, chapter: number, title: string) {
  return page(
    `${name}(${chapter})`,
    title,
    `https://man7.org/linux/man-pages/man${chapter}/${name}.${chapter}.html`,
  );
}

/** A file of Linux 6.1. */
function linux(path: string) {
  return page(`Linux ${path}`, 'Linux 6.1 source', `https://github.com/torvalds/linux/blob/v6.1/${path}`);
}

/** A function of POSIX.1-2017. */
function posix(name: string) {
  return page(
    `POSIX ${name}()`,
    'The Open Group Base Specifications Issue 7',
    `https://pubs.opengroup.org/onlinepubs/9699919799/functions/${name}.html`,
  );
}

const tcp = rfc(9293, {
  '3.1': 'Header Format',
  '3.3.2': 'State Machine Overview',
  '3.4': 'Sequence Numbers',
  '3.4.3': 'The TCP Quiet Time Concept',
  '3.5': 'Establishing a Connection',
  '3.5.1': 'Half-Open Connections and Other Anomalies',
  '3.5.2': 'Reset Generation',
  '3.5.3': 'Reset Processing',
  '3.6': 'Closing a Connection',
  '3.6.1': 'Half-Closed Connections',
  '3.7.1': 'Maximum Segment Size Option',
  '3.7.2': 'Path MTU Discovery',
  '3.8.1': 'Retransmission Timeout',
  '3.8.2': 'TCP Congestion Control',
  '3.8.3': 'TCP Connection Failures',
  '3.8.4': 'TCP Keep-Alives',
  '3.8.6.1': 'Zero-Window Probing',
  '3.8.6.3': 'Delayed Acknowledgments -- When to Send an ACK Segment',
  '3.9.1.4': 'Close',
  '3.9.1.6': 'Abort',
  '3.9.1.8': 'Asynchronous Reports',
  '3.9.2.2': 'ICMP Messages',
  '3.10.2': 'SEND Call',
  '3.10.4': 'CLOSE Call',
  '3.10.5': 'ABORT Call',
  '3.10.7.1': 'CLOSED STATE',
  '3.10.7.3': 'SYN-SENT STATE',
  '3.10.7.4': 'Other States',
  '3.10.8': 'Timeouts',
});
const hosts = rfc(1122, {
  '3.2.2.1': 'Destination Unreachable',
  '4.2.2.10': 'Simultaneous Open Attempts',
  '4.2.2.12': 'RST Segment',
  '4.2.2.13': 'Closing a Connection',
  '4.2.2.17': 'Probing Zero Windows',
  '4.2.3.5': 'TCP Connection Failures',
  '4.2.3.6': 'TCP Keep-Alives',
  '4.2.3.9': 'ICMP Messages',
});
const assassination = rfc(1337, { 1: 'Introduction', 3: 'Fixes for TWA Hazards' });
const blackHoles = rfc(2923, { '2.1': 'Black Hole Detection' });
const pathMtu = rfc(1191, { 3: 'Host specification', 4: 'Router specification' });
const routers = rfc(1812, { '5.2.7.1': 'Destination Unreachable' });
const selective = rfc(2018, {
  3: 'Sack Option Format',
  5: 'Interpreting the Sack Option and Retransmission Strategy: Data Sender Behavior',
});
const problems = rfc(2525, {
  '2.9': 'Excessively short keepalive connection timeout',
  '2.11': 'Insufficient interval between keepalives',
  '2.16': 'Failure to send a RST after Half Duplex Close',
  '2.17': 'Failure to RST on close with data pending',
});
const ecn = rfc(3168, { '6.1.1.1': 'Middlebox Issues' });
const inappropriateResets = rfc(3360, {
  1: 'Introduction',
  2: 'The history of TCP resets',
  3: 'The Specific Example of ECN',
  6: 'Issues for Middleboxes',
});
const icmp = page('RFC 792', 'Internet Control Message Protocol', 'https://www.rfc-editor.org/rfc/rfc792');
const icmp6 = rfc(4443, {
  '3.1': 'Destination Unreachable Message',
  '3.2': 'Packet Too Big Message',
  '3.3': 'Time Exceeded Message',
  '3.4': 'Parameter Problem Message',
});
const addressResolution = page(
  'RFC 826',
  'An Ethernet Address Resolution Protocol',
  'https://www.rfc-editor.org/rfc/rfc826',
);
const neighbourDiscovery = rfc(4861, { '7.2.2': 'Sending Neighbor Solicitations' });
const addressConflict = rfc(5227, { '2.4': 'Ongoing Address Conflict Detection and Address Defense' });
const synFlood = rfc(4987, { '2.2': 'Theory of Operation' });
const nat = rfc(5382, { 5: 'NAT Session Refresh' });
const softErrors = rfc(5461, {
  '2.2': 'Reaction to ICMP Error Messages That Indicate Soft Errors',
  '4.1': 'Context-Sensitive ICMP/TCP Interaction',
});
const userTimeout = rfc(5482, { 1: 'Introduction', '4.1': 'Middleboxes' });
const icmpAttacks = rfc(5927, {
  '4.1': 'TCP Sequence Number Checking',
  '5.2': 'Attack-Specific Counter-Measures',
});
const congestion = rfc(5681, { '3.2': 'Fast Retransmit/Fast Recovery' });
const blindAttacks = rfc(5961, {
  '1.2': 'Basic Attack Methodology',
  '3.2': 'Mitigation',
  '4.2': 'Mitigation',
  7: 'ACK Throttling',
  '9.1': 'Middlebox That Resend RSTs',
  '9.2': 'Middleboxes That Advance Sequence Numbers',
  '9.3': 'Middleboxes That Drop the Challenge ACK',
});
const ports = rfc(6056, {
  '2.1': 'Traditional Ephemeral Port Range',
  '2.3': 'Collision of instance-ids',
  '3.2': 'Ephemeral Port Number Range',
});
const timeWaitTimestamps = rfc(6191, { 2: 'Improved Processing of Incoming Connection Requests' });
const rtoTimer = rfc(6298, { 2: 'The Basic Algorithm', 5: 'Managing the RTO Timer' });
const timestamps = rfc(7323, { '2.2': 'Window Scale Option', '5.2': 'The PAWS Mechanism' });
const natUpdate = rfc(7857, { '2.1': 'TCP Transitory Connection Idle-Timeout', '2.2': 'TCP RST' });
const fastOpen = rfc(7413, { '4.2.2': 'TCP Fast Open' });
const tls = rfc(8446, { '6.1': 'Closure Alerts', '6.2': 'Error Alerts' });
const http = rfc(9112, { '9.3.1': 'Retrying Requests', '9.5': 'Failures and Timeouts', '9.6': 'Tear-down' });

const tcpManual = manual('tcp', 7, 'TCP protocol');
const socketManual = manual('socket', 7, 'Linux socket interface');
const recvManual = manual('recv', 2, 'Receive a message from a socket');
const sendManual = manual('send', 2, 'Send a message on a socket');
const writeManual = manual('write', 2, 'Write to a file descriptor');
const closeManual = manual('close', 2, 'Close a file descriptor');
const shutdownManual = manual('shutdown', 2, 'Shut down part of a full-duplex connection');
const connectManual = manual('connect', 2, 'Initiate a connection on a socket');
const listenManual = manual('listen', 2, 'Listen for connections on a socket');
const bindManual = manual('bind', 2, 'Bind a name to a socket');
const clockManual = manual('clock_getres', 2, 'Clock and time functions');
const savefileManual = page(
  'libpcap pcap-savefile',
  'libpcap savefile format',
  'https://www.tcpdump.org/manpages/pcap-savefile.5.html',
);
const reordercapManual = page(
  'Wireshark reordercap',
  'Reorder input file by timestamp into output file',
  'https://www.wireshark.org/docs/man-pages/reordercap.html',
);
const offloads = page(
  'Linux segmentation-offloads',
  'Segmentation Offloads',
  'https://docs.kernel.org/networking/segmentation-offloads.html',
);
const sysctl = page('Linux ip-sysctl', 'IP Sysctl', 'https://docs.kernel.org/networking/ip-sysctl.html');
const conntrack = page(
  'Linux nf_conntrack-sysctl',
  'Netfilter Conntrack Sysfs variables',
  'https://docs.kernel.org/networking/nf_conntrack-sysctl.html',
);
const counters = page(
  'Linux snmp_counter',
  'SNMP counter',
  'https://docs.kernel.org/networking/snmp_counter.html',
);
const azureBalancer = page(
  'Azure Load Balancer',
  'Load Balancer TCP Reset and Idle Timeout',
  'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset',
);
const awsNetworkIdle = page(
  'AWS Network Load Balancer',
  'Update the TCP idle timeout for your Network Load Balancer listener',
  'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html',
);
const awsApplicationIdle = page(
  'AWS Application Load Balancer',
  'Edit attributes for your Application Load Balancer',
  'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
);
const fastL4 = page(
  'F5 BIG-IP',
  'L4_Profile: Configures a Fast Layer 4 profile',
  'https://clouddocs.f5.com/products/extensions/f5-appsvcs-extension/latest/refguide/schemaref/L4_Profile.schema.json.html',
);
const tcpMain = linux('net/ipv4/tcp.c');
const tcpInput = linux('net/ipv4/tcp_input.c');
const tcpMinisocks = linux('net/ipv4/tcp_minisocks.c');
const tcpTimer = linux('net/ipv4/tcp_timer.c');

/** The places cited, by what they say. */
export const cite = {
  // Closing
  finMeansNoMoreData: tcp('3.1', 'The FIN bit says that its sender has no more data to send.'),
  closeWaitMeaning: tcp(
    '3.3.2',
    'CLOSE-WAIT waits for the local program to close; no timer is named that would end it.',
  ),
  finWait2Meaning: tcp('3.3.2', 'FIN-WAIT-2 waits for the other side to send its FIN.'),
  lastAckMeaning: tcp('3.3.2', 'LAST-ACK waits for the acknowledgment of the FIN that it sent.'),
  stateMeanings: tcp('3.3.2', 'Names what each connection state waits for.'),
  finRetransmitted: tcp(
    '3.6',
    'Everything up to and including the FIN is retransmitted until it is acknowledged.',
  ),
  remoteCloseNeedsLocalClose: tcp(
    '3.6',
    'A side that receives a FIN acknowledges it, but sends its own FIN only after its user closes too.',
  ),
  lastAckTimeout: tcp(
    '3.6',
    'The side that closes last waits for its FIN to be acknowledged, and aborts at the user timeout if it is not.',
  ),
  simultaneousClose: tcp(
    '3.6',
    'If both users close at once the FINs cross, and each side acknowledges the other’s.',
  ),
  cleanCloseDelivers: tcp(
    '3.6',
    'A close that has completed tells its user that all data reached the TCP of the other side.',
  ),
  normalOrAborted: tcp(
    '3.6',
    'A program has to be told whether its connection was closed normally or aborted.',
    'MUST-12',
  ),
  closeOnlyEndsSending: tcp(
    '3.6',
    'A close says that its user has no more to send; it may go on receiving until the other side closes as well.',
  ),
  halfCloseAllowed: tcp(
    '3.6.1',
    'The two directions close independently; a host may go on sending in the direction that is still open.',
  ),
  resetTellsDataLoss: tcp(
    '3.6.1',
    'If close ends reading as well, a close with data unread or data after it should cause a RST: data was lost.',
    'SHLD-3',
  ),
  halfDuplexClose: tcp(
    '3.6.1',
    'A host may let close() end reading as well, so that nobody can read what still arrives.',
    'MAY-1',
  ),
  twoWayClose: hosts(
    '4.2.2.13',
    'Each direction is closed on its own, and a host may go on sending in the one that is still open.',
  ),
  halfDuplexCloseOfHosts: hosts(
    '4.2.2.13',
    'A close that ends reading as well should send a RST if data is pending or arrives later, to show that it was lost.',
  ),
  reopenFromTimeWait: hosts(
    '4.2.2.13',
    'Some systems take a new SYN in TIME-WAIT, to shorten the time for which a pair of ports is tied up.',
  ),
  timeWaitDuty: tcp(
    '3.6.1',
    'The side that closes actively has to stay in TIME-WAIT for twice the MSL.',
    'MUST-13',
  ),
  timeWaitWithTimestamps: tcp(
    '3.6.1',
    'With timestamps, the better rule for reopening a connection in TIME-WAIT should be used.',
    'SHLD-4',
  ),
  timeWaitReopen: tcp(
    '3.6.1',
    'A side in TIME-WAIT may let a new SYN reopen the connection, with numbers beyond all its own, and goes back if the SYN was an old copy.',
    'MAY-2',
  ),
  sendInCloseWait: tcp('3.10.2', 'A program may send in CLOSE-WAIT as in ESTABLISHED.'),
  noSendAfterClose: tcp('3.10.2', 'After its close a program’s further sends are refused.'),
  closeInCloseWait: tcp('3.10.4', 'In CLOSE-WAIT the program’s close sends the FIN and leads to LAST-ACK.'),
  textAfterFin: tcp('3.10.7.4', 'Text from a side whose FIN has come should not occur, and is ignored.'),
  noSecondFin: tcp(
    '3.10.4',
    'A second close must not send a second FIN; only the first may be retransmitted.',
  ),
  finProcessing: tcp(
    '3.10.7.4',
    'A FIN taken in order moves ESTABLISHED to CLOSE-WAIT and FIN-WAIT-2 to TIME-WAIT.',
  ),
  crossedFinProcessing: tcp(
    '3.10.7.4',
    'A FIN that meets FIN-WAIT-1 leads to CLOSING while that side’s own FIN is unacknowledged; its acknowledgment leads on to TIME-WAIT.',
  ),
  finAckProcessing: tcp(
    '3.10.7.4',
    'The acknowledgment of its FIN moves a side from FIN-WAIT-1 to FIN-WAIT-2.',
  ),
  timeWaitSyn: tcp(
    '3.10.7.4',
    'With RFC 5961 a SYN in a synchronized state draws an ACK; in TIME-WAIT it may open a new connection.',
  ),
  timeWaitReacknowledges: tcp(
    '3.10.7.4',
    'TIME-WAIT answers a repeated FIN with an ACK and starts its wait of two MSL again.',
  ),
  httpWatchForClose: http(
    '9.5',
    'A client or server should watch its open connections for the other side’s close and answer it soon.',
  ),
  httpRetry: http(
    '9.3.1',
    'Connections may be closed at any time; HTTP defines which requests a client may then repeat by itself.',
  ),
  httpIdleCloseRace: http(
    '9.5',
    'A server may close an idle connection just as the client starts its next request.',
  ),
  httpResetErasesResponse: http(
    '9.6',
    'A server that closes fully and gets more data resets the connection, which may erase a response not yet read.',
  ),
  httpHalfClose: http(
    '9.6',
    'A client’s half-close neither ends its request nor says that it does not want the response.',
  ),
  httpStagedClose: http(
    '9.6',
    'To spare the last response, servers half-close first, read on, and close fully later.',
  ),
  tlsErrorAlert: tls('6.2', 'After a fatal alert both sides close the connection and send nothing more.'),
  closeNotify: tls('6.1', 'A TLS side sends close_notify before it closes its write side.'),
  neverClosedServer: problems(
    '2.16',
    'Without a RST after a half-duplex close, a sender can be left in CLOSE-WAIT, probing a closed window for ever.',
  ),
  resetOnPendingData: problems(
    '2.17',
    'A close with received data still unread should send a RST; a crashing program can cause the same.',
  ),
  recvReturnsZero: recvManual('RETURN VALUE', 'recv returns 0 once the peer has shut down in order.'),
  writeEpipe: writeManual('EPIPE', 'Writing where nobody can read any more gives SIGPIPE and EPIPE.'),
  sendNoSignal: sendManual('MSG_NOSIGNAL', 'A flag keeps SIGPIPE away; EPIPE is still returned.'),
  posixWriteEpipe: posix('write')(
    'EPIPE',
    'The error of a write after one’s own shutdown, or, with SIGPIPE, after the connection is gone.',
  ),
  posixSendNoDelivery: posix('send')(
    'DESCRIPTION',
    'A send that succeeds does not say that the message was delivered.',
  ),
  posixShutdown: posix('shutdown')(
    'DESCRIPTION',
    'Shutting down a direction disables further sends, further receives, or both.',
  ),
  shutdownHow: shutdownManual('DESCRIPTION', 'shutdown ends sending, receiving or both, as its caller asks.'),
  closeLastReference: closeManual('DESCRIPTION', 'Only closing the last descriptor of a socket releases it.'),
  lingerOption: socketManual('SO_LINGER', 'Decides whether close waits for queued data to be sent.'),
  finTimeout: sysctl(
    'tcp_fin_timeout',
    'Linux drops an orphaned connection in FIN-WAIT-2 after this time, 60 s unless changed; one that a program owns may stay.',
  ),
  finTimeoutViolates: tcpManual(
    'tcp_fin_timeout',
    'Ending the wait for a FIN by a timer goes against the letter of TCP.',
  ),
  lingerTwo: tcpManual('TCP_LINGER2', 'Sets the lifetime of an orphaned FIN-WAIT-2 for one socket.'),
  orphanRetries: sysctl(
    'tcp_orphan_retries',
    'How often Linux retransmits for a connection that no program owns.',
  ),
  orphanedByClose: tcpMain(
    '__tcp_close',
    'Linux gives an orphaned FIN-WAIT-2 a minute, against the RFC, so that a peer cannot hold the socket for ever.',
  ),
  dataAfterReceiveShutdown: tcpInput(
    'tcp_rcv_state_process',
    'New data for a socket that is closed, or shut down for reading, after its own FIN is answered with a reset.',
  ),
  timeWaitSocket: tcpMinisocks(
    'tcp_timewait_state_process',
    'An orphaned FIN-WAIT-2 is a small entry without a receive queue: data that arrives for it is reset.',
  ),
  resetInCloseWait: tcpInput(
    'tcp_reset',
    'A reset that arrives in CLOSE-WAIT is reported as EPIPE, not as ECONNRESET.',
  ),

  // Resets
  halfOpen: tcp(
    '3.5.1',
    'A connection that one end closed, aborted or lost in a crash, unknown to the other, is half-open; sending on it gets it reset.',
  ),
  quietTime: tcp(
    '3.4.3',
    'A host that lost its sequence numbers, as in a crash, should be quiet for one MSL.',
  ),
  halfOpenBySyn: tcp(
    '3.5.1',
    'A restarted host’s SYN draws an ACK with old numbers; its RST in answer ends the connection that was left over.',
  ),
  dataToNoConnection: tcp('3.5.1', 'Data for a connection that no longer exists is answered with a reset.'),
  resetForUnknown: tcp(
    '3.5.2',
    'Where no connection exists, any segment but a reset is answered with a reset.',
  ),
  resetAtAnyTime: tcp('3.5.2', 'A program may reset its connection at any time.'),
  challengeUnacceptable: tcp(
    '3.5.2',
    'A synchronized side answers an unacceptable segment with an empty ACK and stays.',
  ),
  resetValidity: tcp(
    '3.5.3',
    'A reset counts only if its sequence number, or in SYN-SENT its ACK, is acceptable.',
  ),
  resetMayCarryData: tcp(
    '3.5.3',
    'A receiver should allow data in a reset, such as a text on its cause; no standard says what.',
    'SHLD-2',
  ),
  resetText: hosts('4.2.2.12', 'A reset might carry text that explains its cause.'),
  twoWaysToEnd: tcp(
    '3.6',
    'A connection ends by FINs in both directions, or by an abort: a RST that drops all state.',
  ),
  abortFlushes: tcp(
    '3.10.5',
    'An abort sends a reset, throws away what was queued to be sent, and ends all calls with “connection reset”.',
  ),
  abortCommand: tcp('3.9.1.6', 'An abort drops all that is pending, removes the connection and sends a RST.'),
  closedAnswersReset: tcp(
    '3.10.7.1',
    'What meets CLOSED draws a reset: numbered by the segment’s ACK if it has one, else from zero with an ACK of that segment.',
  ),
  synSentReset: tcp(
    '3.10.7.3',
    'In SYN-SENT a reset with an acceptable ACK ends the attempt with “connection reset”.',
  ),
  synSentOldNumbers: tcp(
    '3.10.7.3',
    'In SYN-SENT an ACK of numbers that this side never sent is answered with a reset.',
  ),
  resetInSequence: tcp(
    '3.10.7.4',
    'A reset at exactly the next expected octet ends the connection; with RFC 5961 one elsewhere in the window does not.',
  ),
  resetWhileClosing: tcp('3.10.7.4', 'A reset in CLOSING, LAST-ACK or TIME-WAIT just ends the connection.'),
  blindReset: blindAttacks(
    '1.2',
    'Whoever guesses the 4-tuple and a number in the window could forge a reset.',
  ),
  challengeReset: blindAttacks(
    '3.2',
    'A reset in the window but not exact should be answered with a challenge ACK.',
  ),
  challengeSyn: blindAttacks(
    '4.2',
    'A SYN on a synchronized connection should be answered with a challenge ACK.',
  ),
  challengesLimited: blindAttacks('7', 'Challenge ACKs should be limited in number, so not every one comes.'),
  middleboxResends: blindAttacks(
    '9.1',
    'A middlebox may answer a challenge ACK with the same reset again, and so on.',
  ),
  middleboxAdvances: blindAttacks(
    '9.2',
    'A middlebox may number its resets by the far end of the window, not at its start: each is challenged.',
  ),
  middleboxDropsChallenge: blindAttacks(
    '9.3',
    'A middlebox may drop the challenge ACK, and the connection stays open.',
  ),
  noPawsForReset: timestamps(
    '5.2',
    'A reset is not checked for old timestamps, and should carry the option if the connection uses it.',
  ),
  resetPurpose: inappropriateResets(
    '1',
    'Firewalls and load balancers have answered SYNs that they did not like with resets of their own.',
  ),
  resetHistory: inappropriateResets(
    '2',
    'What resets were made for, and that a reset which only answers reserved flags is against the standard.',
  ),
  resetForEcn: inappropriateResets('3', 'Firewalls have answered a SYN that asks for ECN with a reset.'),
  middleboxPolicy: inappropriateResets(
    '6',
    'Asks how a device on the path should tell the ends why it dropped a packet, and suggests ICMP.',
  ),
  rejectingReset: inappropriateResets(
    '6',
    'A firewall that answers a SYN to a blocked port with a reset keeps to the meaning of resets.',
  ),
  assassination: assassination('1', 'Old segments may end TIME-WAIT early and endanger the next connection.'),
  ignoreResetInTimeWait: assassination('3', 'The simplest fix is to ignore resets in TIME-WAIT.'),
  linuxRfc1337: tcpManual('tcp_rfc1337', 'Unless it is set, a reset in TIME-WAIT closes the socket at once.'),
  linuxRfc1337Switch: sysctl(
    'tcp_rfc1337',
    'Whether Linux follows RFC 1337 in TIME-WAIT; by default it does not.',
  ),
  timeWaitKilled: tcpMinisocks(
    'tcp_timewait_state_process',
    'A reset with exactly the next number ends TIME-WAIT, unless tcp_rfc1337 is set.',
  ),
  orphanTakesReset: tcpMinisocks(
    'tcp_timewait_state_process',
    'Once no program owns a connection in FIN-WAIT-2, any reset in the window ends it.',
  ),
  unreadDataCounter: counters(
    'TcpExtTCPAbortOnClose',
    'Counts connections reset because of data unread at the close.',
  ),
  lingerCounter: counters(
    'TcpExtTCPAbortOnData',
    'Counts resets that leave data in flight behind, and closes under SO_LINGER with a time of 0, which reset at once.',
  ),
  closeIsGraceful: tcp(
    '3.9.1.4',
    'A close is meant to deliver all that was sent before; if that takes too long, it becomes an abort.',
  ),
  natAnswersUnknown: nat(
    '5',
    'It is left open whether a NAT drops segments of a connection that it does not know, or resets it.',
  ),
  lingerTwoBelowZero: tcpInput(
    'tcp_rcv_state_process',
    'With TCP_LINGER2 below zero a closed socket is gone once its FIN is acknowledged, and that ACK is reset.',
  ),
  resetOnFinNumber: tcpInput(
    'tcp_reset_check',
    'After the peer’s FIN Linux also accepts a reset with the number of that FIN, one below the next octet.',
  ),
  resetBehindGap: tcpInput(
    'tcp_validate_incoming',
    'With selective acknowledgments Linux also accepts a reset with the number that follows the last octet beyond a gap.',
  ),
  connectRefused: connectManual(
    'ECONNREFUSED',
    'With this error connect reports that no program listens at that address.',
  ),

  // Liveness
  retransmission: tcp(
    '3.10.8',
    'When the retransmission timer expires, the oldest segment that is unacknowledged goes out again.',
  ),
  sameIdentification: tcp(
    '3.8.1',
    'A retransmission may carry the IPv4 identification of the original: that alone does not make it a copy.',
    'MAY-4',
  ),
  retransmissionLimits: tcp(
    '3.8.3',
    'When the retransmissions of a segment reach a second limit, R2, the connection is closed.',
    'MUST-20',
  ),
  firstLimit: tcp(
    '3.8.3',
    'The first limit, R1, should be worth at least three retransmissions; there TCP warns the IP layer.',
    'SHLD-10',
  ),
  secondLimit: tcp('3.8.3', 'The second limit, R2, should be worth at least 100 seconds.', 'SHLD-11'),
  synLimit: tcp('3.8.3', 'A SYN has to be retransmitted for at least three minutes.', 'MUST-23'),
  keepAliveOptional: tcp('3.8.4', 'Keep-alives are optional.', 'MAY-5'),
  keepAliveDefaultOff: tcp('3.8.4', 'Where they exist, keep-alives have to be off by default.', 'MUST-25'),
  keepAliveInterval: tcp('3.8.4', 'Their default interval has to be at least two hours.', 'MUST-28'),
  keepAliveOneProbe: tcp('3.8.4', 'One unanswered probe must not be taken for a dead connection.', 'MUST-29'),
  keepAliveSwitch: tcp('3.8.4', 'A program has to be able to turn keep-alives on and off.', 'MUST-24'),
  keepAliveWhenIdle: tcp(
    '3.8.4',
    'They may be sent only when nothing is outstanding and nothing came within an interval.',
    'MUST-26',
  ),
  keepAliveConfigurable: tcp('3.8.4', 'That interval has to be configurable.', 'MUST-27'),
  keepAliveEmpty: tcp('3.8.4', 'A keep-alive should carry no data.', 'SHLD-12'),
  linuxKeepAlive: tcpManual(
    'tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes',
    'If they are on, Linux probes after two hours of silence, then every 75 s, and gives up after 9 probes.',
  ),
  frequentKeepAlive: problems(
    '2.11',
    'Keep-alives at short intervals can end good connections in congested networks.',
  ),
  asynchronousReports: tcp(
    '3.9.1.8',
    'A program has to be able to learn of soft errors and of excessive retransmissions.',
    'MUST-47',
  ),
  softErrorsDoNotAbort: tcp('3.9.2.2', 'A soft ICMP error must not abort the connection.', 'MUST-56'),
  softErrorsTold: tcp('3.9.2.2', 'A soft ICMP error should be made known to the program.', 'SHLD-25'),
  sourceQuenchIgnored: tcp('3.9.2.2', 'ICMP’s source quench has to be ignored.', 'MUST-55'),
  hostIcmp: hosts('4.2.3.9', 'Which ICMP errors are soft and must not end a connection, and which are hard.'),
  icmpUnreachable: icmp(
    'Destination Unreachable Message',
    'Defines ICMP’s first reasons why a packet could not be delivered.',
  ),
  icmpTimeExceeded: icmp(
    'Time Exceeded Message',
    'Defines ICMP’s error for a packet whose time to live is used up, or whose fragments did not all come in time.',
  ),
  icmpParameterProblem: icmp(
    'Parameter Problem Message',
    'Defines ICMP’s error for a packet with a header that cannot be processed.',
  ),
  icmp6TimeExceeded: icmp6(
    '3.3',
    'Defines ICMPv6’s error for a packet whose hop limit is used up, or whose fragments did not all come in time.',
  ),
  icmp6ParameterProblem: icmp6(
    '3.4',
    'Defines ICMPv6’s error for a packet with a header that cannot be processed.',
  ),
  softErrorsRepeat: softErrors(
    '2.2',
    'After a soft error TCP goes on retransmitting until it is acknowledged or times out.',
  ),
  icmpHardChecks: icmpAttacks(
    '5.2',
    'Hard errors on an open connection are unusual, and most systems take them for soft ones.',
  ),
  hardErrorsAbort: tcp('3.9.2.2', 'A hard ICMP error should abort the connection.', 'SHLD-26'),
  icmpReachesConnection: tcp(
    '3.9.2.2',
    'An ICMP error has to be handed to the connection that caused it.',
    'MUST-54',
  ),
  timeouts: tcp('3.10.8', 'At the user timeout all queues are flushed and the connection is gone.'),
  measuredTimeout: tcp(
    '3.8.1',
    'The retransmission timer has to follow the measured round trips.',
    'MUST-18',
  ),
  hostRetransmissionLimits: hosts(
    '4.2.3.5',
    'At a limit, which should be worth at least 100 s, retransmitting ends, and the connection too; a SYN is repeated for three minutes.',
  ),
  userTimeoutMeaning: userTimeout(
    '1',
    'The user timeout is the longest time for which sent data may stay unacknowledged before TCP closes.',
  ),
  backoff: rtoTimer('5', 'Each expiry doubles the retransmission timer.'),
  hostKeepAlive: hosts(
    '4.2.3.6',
    'A keep-alive to a host that lost the connection is answered with a reset.',
  ),
  shortKeepAlive: problems(
    '2.9',
    'Giving up on keep-alives within seconds mistakes a short outage for a dead peer.',
  ),
  hostUnreachableCodes: hosts(
    '3.2.2.1',
    'Adds reasons why a packet could not be delivered, such as that the host is unknown or the traffic forbidden.',
  ),
  routerUnreachableCodes: routers(
    '5.2.7.1',
    'Adds reasons why a router could not deliver a packet, such as that its filter refused it.',
  ),
  icmp6Unreachable: icmp6('3.1', 'Defines ICMPv6’s reasons why a packet could not be delivered.'),
  addressResolution: addressResolution(
    'Packet Reception',
    'Of all hosts on a link, the one whose address is asked for answers.',
  ),
  addressConflict: addressConflict(
    '2.4',
    'A host that hears its own address announced from another hardware address shares it with another host.',
  ),
  neighbourResolution: neighbourDiscovery(
    '7.2.2',
    'Without an answer to several solicitations address resolution has failed, and an ICMP error reports each packet that waited.',
  ),
  softErrorsInHandshake: softErrors(
    '4.1',
    'A number of systems, Linux among them, give up at once when a soft error meets a handshake.',
  ),
  icmpSequenceCheck: icmpAttacks(
    '4.1',
    'Many systems heed an ICMP error only if it quotes a sequence number that is in flight.',
  ),
  retries2: sysctl(
    'tcp_retries2',
    'By default Linux gives up on data after 15 retransmissions: at least 924.6 s.',
  ),
  userTimeout: tcpManual(
    'TCP_USER_TIMEOUT',
    'Limits for one socket how long sent data may stay unacknowledged.',
  ),
  givingUp: tcpTimer(
    'tcp_write_err',
    'Linux gives up without a packet; the error is what ICMP had reported, else ETIMEDOUT.',
  ),
  keepAliveReset: tcpTimer(
    'tcp_keepalive_timer',
    'After the last unanswered probe Linux sends a reset and gives the connection up.',
  ),
  icmpErrno: linux('net/ipv4/icmp.c')(
    'icmp_err_convert',
    'The error number that Linux makes of each code of ICMP’s unreachable message.',
  ),
  icmpHandling: linux('net/ipv4/tcp_ipv4.c')(
    'tcp_v4_err',
    'An ICMP error of a known code ends a connect at once, and is kept for the timeout of an open connection; time exceeded is EHOSTUNREACH.',
  ),
  icmp6Errno: linux('net/ipv6/icmp.c')(
    'icmpv6_err_convert',
    'The error number that Linux makes of each ICMPv6 error.',
  ),
  icmp6Handling: linux('net/ipv6/tcp_ipv6.c')(
    'tcp_v6_err',
    'An ICMPv6 error ends a connect at once, and is kept for the timeout of an open connection.',
  ),
  tcpErrors: tcpManual('ERRORS', 'ETIMEDOUT says that the other end did not acknowledge retransmitted data.'),
  tcpErrorHandling: tcpManual(
    'Error handling',
    'A network error is reported only when resending has failed, instead of ETIMEDOUT, unless IP_RECVERR is set.',
  ),
  natEstablished: nat(
    '5',
    'A NAT that drops silent connections has to keep established, FIN-WAIT and CLOSE-WAIT ones for 2 h 4 min at least.',
    'REQ-5',
  ),
  natTransitory: natUpdate(
    '2.1',
    'A NAT should by default keep connections that open or close for at least 4 minutes of silence.',
  ),
  natReset: natUpdate('2.2', 'A NAT that passes on a reset should keep the connection for 4 more minutes.'),
  loadBalancerReset: azureBalancer(
    'TCP reset',
    'It drops idle connections in silence unless it is told to reset both ends.',
  ),
  applicationBalancerIdle: awsApplicationIdle(
    'Connection idle timeout',
    'By default it waits for 60 seconds.',
  ),
  azureBalancerIdle: azureBalancer('Configurable TCP idle timeout', 'By default it waits for 4 minutes.'),
  fastL4Idle: fastL4(
    'idleTimeout, resetOnTimeout',
    'By default a connection is reset after 300 seconds without traffic.',
  ),
  networkBalancerIdle: awsNetworkIdle('Considerations', 'By default it waits for 350 seconds.'),
  firewallIdle: userTimeout(
    '4.1',
    'Firewalls that keep state usually drop connections after a time without traffic.',
  ),
  conntrackTimeouts: conntrack(
    'nf_conntrack_tcp_timeout_*',
    'How long Linux’s firewall keeps an idle connection by state.',
  ),
  conntrackLoose: conntrack(
    'nf_conntrack_tcp_loose',
    'Linux’s firewall takes up connections that were established before, unless it is told not to.',
  ),
  conntrackLiberal: conntrack(
    'nf_conntrack_tcp_be_liberal',
    'What lies outside the window is invalid to Linux’s firewall, unless it is told that only resets are.',
  ),

  // Handshake
  simultaneousOpen: tcp(
    '3.5',
    'Two SYNs that cross open one connection: every TCP has to support that.',
    'MUST-10',
  ),
  fastOpenFallback: fastOpen(
    '4.2.2',
    'A server that takes no data with the SYN acknowledges the SYN alone; a repeated SYN should have neither data nor cookie.',
  ),
  synAckCovers: tcp(
    '3.10.7.3',
    'What the SYN-ACK acknowledges leaves the retransmission queue; of data with the SYN it may leave out some, which stays there.',
  ),
  fastOpenSwitch: sysctl(
    'tcp_fastopen',
    'On which side Linux takes part in Fast Open: as a client by default, as a server only if it is switched on.',
  ),
  hostSimultaneousOpen: hosts(
    '4.2.2.10',
    'Two applications that call each other at once get one connection.',
  ),
  synForSyn: tcp(
    '3.10.7.3',
    'A SYN without ACK that comes in SYN-SENT leads to SYN-RECEIVED, and is answered with a SYN-ACK.',
  ),
  oldDuplicateSyn: tcp(
    '3.5',
    'A SYN-ACK that answers an old copy of a SYN is itself answered with a reset, and the server goes back to LISTEN.',
  ),
  synReceivedAck: tcp('3.10.7.4', 'Only an acceptable ACK moves SYN-RECEIVED to ESTABLISHED.'),
  synReceivedReset: tcp('3.10.7.4', 'A reset in SYN-RECEIVED takes a passive opener back to LISTEN.'),
  synFlood: synFlood(
    '2.2',
    'SYNs from addresses that never answer fill what a listener keeps of unfinished handshakes.',
  ),
  ecnSynDropped: ecn(
    '6.1.1.1',
    'Some devices drop or reset a SYN that asks for ECN; its sender may repeat it without, or first unchanged, as a loss looks the same.',
  ),
  // Its label appears only in Appendix B.
  synLikeData: tcp('3.8.3', 'Repetitions of a SYN have to be handled like those of data.', 'MUST-22'),
  firstTimeout: rtoTimer(
    '2',
    'Until a round trip has been measured, the retransmission timer should be 1 s.',
  ),
  timestampOffsets: sysctl(
    'tcp_timestamps',
    'By default Linux adds a random offset to the timestamps of each connection.',
  ),
  synRetries: sysctl('tcp_syn_retries', 'How often Linux repeats a SYN.'),
  synAckRetries: sysctl('tcp_synack_retries', 'How often Linux repeats a SYN-ACK.'),
  abortOnOverflow: sysctl(
    'tcp_abort_on_overflow',
    'Whether Linux resets connections that a listener is too slow to accept; by default it does not.',
  ),
  acceptQueueFull: tcpMinisocks(
    'tcp_check_req',
    'With a full accept queue the last ACK of a handshake makes no socket: it is dropped, or reset if so told.',
  ),
  synDropped: counters(
    'TcpExtListenOverflows and TcpExtListenDrops',
    'A SYN that finds the accept queue full is dropped, and counted under both names.',
  ),
  connectTimedOut: connectManual('ETIMEDOUT', 'connect got no answer in time.'),
  listenBacklog: listenManual(
    'NOTES',
    'The backlog limits connections that are complete and wait for accept.',
  ),
  queueLimit: sysctl('somaxconn', 'The most that a listener’s backlog can be, 4096 unless changed.'),
  deferAccept: tcpManual('TCP_DEFER_ACCEPT', 'Lets a listener wait for data before it wakes up.'),

  // Delivery
  sackEdges: selective(
    '3',
    'Blocks of selective acknowledgment are sequence numbers of the stream that is acknowledged.',
  ),
  sackUse: selective('5', 'Segments that such a block covers are left out when lost data is sent again.'),
  sackDiscarded: counters(
    'TcpExtTCPSACKDiscard',
    'Counts blocks that cannot be of the stream, and are ignored.',
  ),
  congestionControl: tcp(
    '3.8.2',
    'A sender must slow down on loss: slow start, congestion avoidance and a timer that doubles.',
    'MUST-19',
  ),
  fastRetransmit: congestion(
    '3.2',
    'Three duplicate acknowledgments stand for a lost segment: it should be sent again without waiting for the timer.',
  ),
  immediateDuplicateAck: congestion(
    '3.2',
    'A receiver should answer a segment that is out of order with a duplicate acknowledgment at once.',
  ),
  acknowledgeGaps: tcp(
    '3.8.6.3',
    'Segments beyond a gap, and those that fill one, should be acknowledged at once, so that losses are repaired sooner.',
  ),
  holdOutOfOrder: tcp(
    '3.10.7.4',
    'Segments that begin beyond what is expected next should be kept until it has come.',
    'SHLD-31',
  ),
  blackHole: blackHoles(
    '2.1',
    'Without the ICMP errors of the path, packets too large for it vanish, and bulk transfers time out.',
  ),
  pathMtu: tcp('3.7.2', 'Path MTU discovery relies on the ICMP errors of routers on the way.'),
  pathMtuHost: pathMtu('3', 'A host that learns of a smaller path MTU has to act on it.'),
  pathMtuRouter: pathMtu('4', 'A router that may not fragment a packet says what size its next link takes.'),
  tooLargeIsSoft: icmpAttacks(
    '5.2',
    'If a host does path MTU discovery, the ICMP error about a packet too large to be forwarded is a soft one.',
  ),
  packetTooBig: icmp6('3.2', 'An IPv6 router says what MTU the link has that a packet was too large for.'),
  mtuProbing: sysctl(
    'tcp_mtu_probing',
    'Lets Linux look for a smaller packet size when it suspects a black hole.',
  ),
  oldSegments: tcp(
    '3.10.7.4',
    'A segment whose octets have all been received is dropped, and answered with an acknowledgment.',
  ),
  cumulativeAck: tcp(
    '3.4',
    'An acknowledgment covers all octets before its number: what lies beyond is not confirmed.',
  ),
  windowProbes: tcp('3.8.6.1', 'A closed window has to be probed.', 'MUST-36'),
  firstWindowProbe: tcp(
    '3.8.6.1',
    'The first probe should be sent when the window has been zero for the retransmission timeout.',
    'SHLD-29',
  ),
  resetThroughZeroWindow: tcp('3.4', 'Even with a window of zero, resets have to be processed.', 'MUST-66'),
  hostWindowProbes: hosts(
    '4.2.2.17',
    'A window stays closed as a rule when the receiving program has stopped reading.',
  ),
  windowMayStayClosed: tcp('3.8.6.1', 'A receiver may keep its window closed for ever.', 'MAY-8'),
  windowAnsweredStaysOpen: tcp(
    '3.8.6.1',
    'While probes are answered, the sender must keep the connection open.',
    'MUST-37',
  ),
  probeBackoff: tcp('3.8.6.1', 'The interval between probes should grow exponentially.', 'SHLD-30'),
  windowScale: timestamps(
    '2.2',
    'The window scale is agreed on in the SYNs; in other segments the option means nothing.',
  ),

  // TIME-WAIT
  timeWaitByTimestamp: timeWaitTimestamps(
    '2',
    'With timestamps a newer SYN should replace a connection in TIME-WAIT, and an older one be dropped.',
  ),
  portCollision: ports('2.3', 'Reusing a port while the other side is in TIME-WAIT can fail or harm.'),
  traditionalRange: ports('2.1', 'Names the ports that IANA sets aside for ephemeral use.'),
  portRange: ports('3.2', 'Ephemeral ports should come from as wide a range as possible.'),
  localPortRange: sysctl(
    'ip_local_port_range',
    'The ports that Linux picks for outgoing connections: 32768–60999.',
  ),
  reservedPorts: sysctl(
    'ip_local_reserved_ports',
    'Ports that Linux never picks by itself, neither for connect nor for bind to port 0.',
  ),
  addressInUse: bindManual('EADDRINUSE', 'bind fails for an address that is in use.'),
  timeWaitReuse: sysctl(
    'tcp_tw_reuse',
    'Lets Linux reuse a port in TIME-WAIT for a new outgoing connection, by default on loopback only.',
  ),
  noFreePort: connectManual('EADDRNOTAVAIL', 'connect found no free local port.'),

  // The capture itself
  snapshotLength: savefileManual(
    'Snapshot length',
    'Only that many octets of a packet longer than the snapshot length are saved, along with its length on the wire.',
  ),
  captureTime: savefileManual('Time stamp', 'A packet has the approximate time at which it was captured.'),
  effectiveSendMss: tcp(
    '3.7.1',
    'A segment must be no larger than the MSS that the other side announced allows.',
    'MUST-16',
  ),
  segmentationOffload: offloads(
    'TCP Segmentation Offload',
    'The network card may cut one large frame into segments, with checksums that it fills in itself.',
  ),
  receiveOffload: offloads(
    'Generic Receive Offload',
    'The receiving host may put arriving segments together into one large frame.',
  ),
  settableClock: clockManual(
    'CLOCK_REALTIME',
    'The system’s time of day jumps when somebody sets it, and follows NTP’s corrections.',
  ),
  unorderedSources: reordercapManual(
    'DESCRIPTION',
    'A file put together from several sources may hold its frames out of order; their times restore the order.',
  ),
} as const;
