// The least that a program built on pcap-parser does: it looks at every packet and forgets it.
import pcapParser from 'pcap-parser';

let packets = 0;
pcapParser.parse(process.argv[2]).on('packet', () => packets++);
process.on('exit', () => console.log(packets));
