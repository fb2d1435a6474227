"""The formats of the specifications, one module for each term: note, checkpoint, tiles, Merkle tree,
proofs."""
