"""One module for each term of the specifications: note, checkpoint, tiles, Merkle tree, proofs."""
